import { AnnalsError, apiError } from '../errors.js';
import type { CallOptions } from './call.js';
import { Deadline, pause } from './deadline.js';
import { delayBefore, type Subject, timedOut, withWords } from './failures.js';
import type { Settings } from './transport.js';

/**
 * What can be uploaded. A stream is sent without its length, which files in S3 need (411 `MissingContentLength`): make a
 * Blob of it for these. It is not sent again after a failure either.
 */
export type FileBody = string | Blob | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array>;

interface FileRequest {
  method: 'GET' | 'PUT';
  /** It is a secret: its signature opens the file. No error shows it. */
  url: string;
  headers: Record<string, string>;
  body?: FileBody;
}

const BYTES_PER_SECOND = 65_536;

/** Returns the size in bytes; undefined for streams. */
export function sizeOf(body: FileBody): number | undefined {
  if (typeof body === 'string') return new TextEncoder().encode(body).length;
  if (body instanceof Blob) return body.size;
  return body instanceof ReadableStream ? undefined : body.byteLength;
}

/** Returns whether the body can be sent again. */
export function isRepeatable(body: FileBody): boolean {
  return !(body instanceof ReadableStream);
}

/**
 * Sends a request to a presigned URL: to whatever host it leads, without the client's credentials. Returns once the
 * answer has begun.
 */
export async function exchangeFile(
  settings: Settings,
  request: FileRequest,
  mayRepeat: boolean,
  options: CallOptions,
): Promise<{ response: Response; deadline: Deadline }> {
  const deadline = new Deadline(timeLimit(settings, request, options), options.signal);
  const maxRetries = mayRepeat ? (options.maxRetries ?? settings.maxRetries) : 0;
  try {
    for (let retry = 0; ; retry++) {
      try {
        const response = await exchangeOnce(settings, request, deadline);
        deadline.stopClock();
        return { response, deadline };
      } catch (error) {
        const delay = retry < maxRetries ? delayBefore(error, retry) : Infinity;
        if (delay === Infinity || delay > deadline.left) throw error;
        await pause(delay, deadline.signal);
      }
    }
  } catch (error) {
    deadline.close();
    if (!deadline.isOver || error instanceof AnnalsError) throw error;
    throw timedOut(subjectOf(request.method), deadline);
  }
}

function timeLimit(settings: Settings, { body }: FileRequest, options: CallOptions): number {
  const limit = options.timeout ?? settings.timeout;
  if (limit === 0) return Infinity;
  if (options.timeout !== undefined || body === undefined) return limit;
  const size = sizeOf(body);
  return size === undefined ? Infinity : limit + (size / BYTES_PER_SECOND) * 1000;
}

async function exchangeOnce(
  settings: Settings,
  { method, url, headers, body }: FileRequest,
  deadline: Deadline,
): Promise<Response> {
  const { fetch } = settings;
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal: deadline.signal, credentials: 'omit' };
  if (body !== undefined) init.body = body as BodyInit;
  // Without it, Node and Chromium refuse streams.
  if (body instanceof ReadableStream) init.duplex = 'half';
  const response = await withWords(fetch(url, init), subjectOf(method), deadline);
  if (response.ok) return response;
  const text = await withWords(response.text(), subjectOf(method), deadline);
  const requestId = response.headers.get('x-request-id') ?? response.headers.get('x-amz-request-id') ?? 'unknown';
  throw apiError(response, bodyOf(text), { method, path: new URL(url).pathname, requestId });
}

function subjectOf(method: string): Subject {
  return { words: `${method} of a file`, requestId: undefined };
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // S3 answers in XML
  }
}
