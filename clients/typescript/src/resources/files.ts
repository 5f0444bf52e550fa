import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import { ApiCall, type CallOptions } from '../http/call.js';
import { pathTo } from '../http/paths.js';
import { exchangeFile, type FileBody, isRepeatable, sizeOf } from '../http/presigned.js';
import { Resource } from './resource.js';

export type UploadUrl = schemas.UploadUrl;
export type FileUrl = schemas.FileUrl;

export interface UploadOptions extends CallOptions {
  contentType?: string;
  /** The name under which the file is downloaded. */
  filename?: string;
}

/** A file that arrives. */
export interface FileDownload {
  file_id: string;
  /** Read it to its end or cancel it, or the connection stays open. */
  body: ReadableStream<Uint8Array>;
  headers: Headers;
  /** In bytes, if the store says so. */
  size: number | undefined;
  contentType: string | undefined;
}

/** Files that are attached to events. Their content goes over URLs that need no key, and gets none. */
export class Files extends Resource {
  /**
   * Uploads a file and returns its id, for an event's `file_id`. A body that can be read again is sent again after a
   * broken connection; a stream is not, and goes only where `fetch` can send streams (not in most browsers over HTTP/1.1).
   * Without `timeout`, a body of known size has the client's time and one second more for each 64 KiB.
   */
  async upload(body: FileBody, options: UploadOptions = {}): Promise<{ file_id: string }> {
    const size = sizeOf(body);
    const made = await this.uploadUrl(size === undefined ? {} : { size }, options);
    const headers: Record<string, string> = {};
    if (options.contentType !== undefined) headers['Content-Type'] = options.contentType;
    if (options.filename !== undefined) headers['Content-Disposition'] = dispositionOf(options.filename);
    const request = { method: 'PUT' as const, url: made.upload_url, headers, body };
    const { response, deadline } = await exchangeFile(this.transport.settings, request, isRepeatable(body), options);
    await response.body?.cancel();
    deadline.close();
    return { file_id: made.file_id };
  }

  /** Returns a URL that takes a file by PUT, without further headers; of just that size, if it is given. */
  uploadUrl(query: schemas.GetUploadUrlQuery = {}, options: CallOptions = {}): ApiCall<UploadUrl> {
    return this.call({ method: 'GET', path: PATHS.getUploadUrl, query: { ...query }, mayRepeat: true }, options);
  }

  /** Returns a URL of the file that an event names. Whoever has it needs no key. Throws NotFoundError. */
  downloadUrl(eventId: string, options: CallOptions = {}): ApiCall<FileUrl> {
    const path = pathTo(PATHS.getEventFile, { event_id: eventId });
    return this.call({ method: 'GET', path, mayRepeat: true }, options);
  }

  /** Downloads the file that an event names. The time limit is for the beginning of the answer. */
  async download(eventId: string, options: CallOptions = {}): Promise<FileDownload> {
    const { file_url, file_id } = await this.downloadUrl(eventId, options);
    const request = { method: 'GET' as const, url: file_url, headers: {} };
    const { response } = await exchangeFile(this.transport.settings, request, true, options);
    const length = response.headers.get('content-length');
    return {
      file_id,
      body: response.body ?? new Blob([]).stream(),
      headers: response.headers,
      size: length === null ? undefined : Number(length),
      contentType: response.headers.get('content-type') ?? undefined,
    };
  }
}

/** Writes a file name as RFC 6266 does: names outside ASCII by RFC 8187. */
function dispositionOf(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_');
  if (plain === filename) return `attachment; filename="${filename}"`;
  const encoded = encodeURIComponent(filename).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
