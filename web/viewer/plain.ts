import { type AnnalsEvent, APIError, ConnectionError, TimeoutError } from 'annals-client';
import { idText } from '../timeline/event/names.js';
import { ID_FILTERS } from '../timeline/filters/filters.js';
import { AccessError } from './access.js';

/** An event as a page gets it: fit for JSON. Ids are in the notation of queries, and too large integers are texts. */
export type PlainEvent = Record<string, unknown>;

/** Says what went wrong, for the page's own log. */
export interface PlainError {
  /** The client's word for it (`permission_denied`, `rate_limited`, …), `unreachable`, `timeout`, `no_token` or `token_failed`. */
  code: string;
  /** The status of the answer; null if there was none. */
  status: number | null;
  /** Says what finds the request in the service's log; null if there was none. */
  requestId: string | null;
  message: string;
}

export function plainEvent(event: AnnalsEvent): PlainEvent {
  const plain = plainValue(event) as PlainEvent;
  for (const name of ID_FILTERS) plain[name] = idText(event[name]);
  return plain;
}

export function plainError(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof APIError) return { code: error.code, status: error.status, requestId: error.requestId, message };
  if (error instanceof ConnectionError) {
    const code = error instanceof TimeoutError ? 'timeout' : 'unreachable';
    return { code, status: null, requestId: error.requestId ?? null, message };
  }
  return { code: error instanceof AccessError ? error.code : 'error', status: null, requestId: null, message };
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}
