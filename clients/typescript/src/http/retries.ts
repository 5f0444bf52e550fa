/** How often a call that may be repeated is repeated, unless the client or the call says otherwise. */
export const DEFAULT_MAX_RETRIES = 2;

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
const MAX_RETRY_AFTER_MS = 60_000;

/** Returns whether an answer of this status may be another one the next time. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Returns the pause before a repetition, in milliseconds. `retry` counts from 0, `random` is from 0 to 1. */
export function retryDelay(retry: number, random: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** retry, MAX_DELAY_MS) * (0.5 + random / 2);
}

/**
 * Returns the milliseconds that Retry-After asks for, as seconds or as a date: undefined if it asks for nothing,
 * Infinity if it asks for more than a caller can be kept waiting.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const asked = /^[0-9]+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  if (Number.isNaN(asked)) return undefined;
  return asked > MAX_RETRY_AFTER_MS ? Infinity : Math.max(asked, 0);
}
