import type { Annals } from 'annals-client';
import { kindOf, type PreviewKind, typeOf } from './kinds.js';

/** A file as far as it is shown. */
export interface Preview {
  kind: PreviewKind;
  type: string;
  name: string | undefined;
  /** In bytes; undefined if the store does not say. */
  size: number | undefined;
  /** The beginning of a text. */
  text: string;
  /** Whether the text is all of it. */
  isWhole: boolean;
  /** The bytes of an image or PDF, under the type that they are. */
  blob: Blob | undefined;
}

const TEXT_BYTES = 64 * 1024;
const DRAWN_BYTES = 32 * 1024 * 1024;

/** Reads as much of the file of an event as is shown. Throws what the client throws, and TypeError if the store keeps it from this page. */
export async function readPreview(client: Annals, eventId: string, signal: AbortSignal): Promise<Preview> {
  const file = await client.files.download(eventId, { signal });
  const reader = file.body.getReader();
  const read = new Bytes(reader);
  try {
    await read.until(512);
    const type = typeOf(file.contentType, read.bytes());
    const kind = kindOf(type);
    const begun = { kind, type, name: nameIn(file.headers.get('content-disposition')), size: file.size };
    if (kind === 'text') {
      await read.until(TEXT_BYTES);
      const text = new TextDecoder().decode(read.bytes().subarray(0, TEXT_BYTES), { stream: true });
      return { ...begun, text, isWhole: read.isWhole && read.size <= TEXT_BYTES, blob: undefined };
    }
    if (kind === 'none') return { ...begun, text: '', isWhole: false, blob: undefined };
    await read.until(DRAWN_BYTES);
    const blob = read.isWhole ? new Blob([read.bytes()], { type }) : undefined;
    return { ...begun, kind: blob === undefined ? 'none' : kind, text: '', isWhole: read.isWhole, blob };
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

/** Returns the name in a Content-Disposition (RFC 6266); the one beyond ASCII comes first. */
export function nameIn(disposition: string | null): string | undefined {
  const extended = /filename\*\s*=\s*UTF-8''([^;\s]+)/i.exec(disposition ?? '')?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch {
      // The plain one remains.
    }
  }
  const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition ?? '');
  return plain === null ? undefined : (plain[1]?.replace(/\\(.)/g, '$1') ?? plain[2]);
}

class Bytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #parts: Uint8Array[] = [];
  size = 0;
  isWhole = false;

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Reads until there are more bytes than these, or all. */
  async until(bytes: number): Promise<void> {
    while (!this.isWhole && this.size <= bytes) {
      const { done, value } = await this.#reader.read();
      this.isWhole = done;
      if (value === undefined) continue;
      this.#parts.push(value);
      this.size += value.length;
    }
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}
