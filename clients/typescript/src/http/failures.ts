import { APIError, ConnectionError, TimeoutError } from '../errors.js';
import { type Deadline, unlessAborted } from './deadline.js';
import { isTransient, retryAfter, retryDelay } from './retries.js';

/** How errors name a request: in words that hold no secret, and by the id that it has in the service's log. */
export interface Subject {
  words: string;
  requestId: string | undefined;
}

/**
 * Waits for something of the connection. A failure becomes a ConnectionError or TimeoutError; what the caller has
 * aborted with stays as it is.
 */
export async function withWords<T>(promise: Promise<T>, subject: Subject, deadline: Deadline): Promise<T> {
  try {
    return await unlessAborted(promise, deadline.signal);
  } catch (failure) {
    if (deadline.isOver) throw timedOut(subject, deadline);
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw new ConnectionError(`The connection failed: ${reasonOf(failure)} (${textOf(subject)})`, {
      cause: failure,
      ...idOf(subject),
    });
  }
}

/** Makes the error of a call whose time is up. */
export function timedOut(subject: Subject, deadline: Deadline): TimeoutError {
  return new TimeoutError(`No answer within ${deadline.milliseconds} ms (${textOf(subject)})`, idOf(subject));
}

/** Makes the error of an answer that is not the service's. */
export function notOurs(status: number, subject: Subject): ConnectionError {
  const words = `The answer ${status} is not the service's, it has no X-Request-Id: check baseUrl and what a proxy answers`;
  return new ConnectionError(`${words} (${textOf(subject)})`, idOf(subject));
}

/** Returns the pause before a call is repeated after this error; Infinity if it must not be. */
export function delayBefore(error: unknown, retry: number): number {
  const usual = retryDelay(retry, Math.random());
  if (error instanceof ConnectionError && !(error instanceof TimeoutError)) return usual;
  if (!(error instanceof APIError) || !isTransient(error.status)) return Infinity;
  return Math.max(usual, retryAfter(error.headers, Date.now()) ?? 0);
}

function textOf({ words, requestId }: Subject): string {
  return requestId === undefined ? words : `${words}, request ${requestId}`;
}

function idOf({ requestId }: Subject): { requestId?: string } {
  return requestId === undefined ? {} : { requestId };
}

function reasonOf(failure: unknown): string {
  const error = failure as { message?: string; cause?: { message?: string } };
  return error.cause?.message || error.message || String(failure);
}
