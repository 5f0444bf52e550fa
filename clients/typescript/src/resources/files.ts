import { ConflictError } from '../errors.js';
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
  /** The name under which the file is downloaded, without a path. */
  filename?: string;
  /** The SHA-256 of the body in hexadecimal: nothing else is stored. */
  sha256?: string;
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
   * Without `timeout`, a body of known size has the client's time and one second more for each 64 KiB. The name, the
   * type and the SHA-256 are part of the URL. Throws UnprocessableEntityError if one of them is none.
   */
  async upload(body: FileBody, options: UploadOptions = {}): Promise<{ file_id: string }> {
    const size = sizeOf(body);
    const made = await this.uploadUrl(termsOf(size, options), options);
    const request = { method: 'PUT' as const, url: made.upload_url, headers: made.headers ?? {}, body };
    try {
      const { response, deadline } = await exchangeFile(this.transport.settings, request, isRepeatable(body), options);
      await response.body?.cancel();
      deadline.close();
    } catch (error) {
      // The URL is nobody else's, and takes one file: an attempt whose answer was lost has stored it.
      if (!(error instanceof ConflictError && error.status === 412)) throw error;
    }
    return { file_id: made.file_id };
  }

  /**
   * Returns a URL that takes a file by PUT, with the `headers` of the answer if there are any; a file of just that
   * size, name, type and SHA-256, as far as they are given, and no larger than `max_bytes`.
   */
  uploadUrl(query: schemas.GetUploadUrlQuery = {}, options: CallOptions = {}): ApiCall<UploadUrl> {
    return this.call({ method: 'GET', path: PATHS.getUploadUrl, query: { ...query }, mayRepeat: true }, options);
  }

  /** Returns a URL of the file that an event names. Whoever has it needs no key. Throws NotFoundError. */
  downloadUrl(eventId: string, options: CallOptions = {}): ApiCall<FileUrl> {
    const path = pathTo(PATHS.getEventFile, { event_id: eventId });
    return this.call({ method: 'GET', path, mayRepeat: true }, options);
  }

  /** Returns the same with the size and the SHA-256 that the event keeps of its file; null if they are not known. */
  details(eventId: string, options: CallOptions = {}): ApiCall<FileUrl> {
    const path = pathTo(PATHS.getEventFile, { event_id: eventId });
    return this.call({ method: 'GET', path, query: { details: true }, mayRepeat: true }, options);
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

function termsOf(size: number | undefined, options: UploadOptions): schemas.GetUploadUrlQuery {
  const terms: schemas.GetUploadUrlQuery = {};
  if (size !== undefined) terms.size = size;
  if (options.filename !== undefined) terms.filename = options.filename;
  if (options.contentType !== undefined) terms.content_type = options.contentType;
  if (options.sha256 !== undefined) terms.sha256 = options.sha256;
  return terms;
}
