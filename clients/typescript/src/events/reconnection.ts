import { APIError, ConnectionError, RateLimitError } from '../errors.js';
import { isTransient, retryAfter } from '../http/retries.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
const HEALTHY_MS = 60_000;
// A connection that ends sooner, and has given nothing, has not served.
const SERVING_MS = 1_000;

/** Decides when a tail connects again: the pause doubles from 1 s to 30 s, and is cut at random by up to a half. */
export class Reconnection {
  #failures = 0;
  #first = FIRST_DELAY_MS;

  /** How many attempts have failed one after the other. */
  get failures(): number {
    return this.#failures;
  }

  /** The service has asked for another first pause (`retry:`). */
  setFirstDelay(milliseconds: number): void {
    this.#first = Math.min(Math.max(milliseconds, 100), MAX_DELAY_MS);
  }

  /** Returns the pause after a connection that the service has ended in order. */
  afterEnd(lasted: number, hasServed: boolean, random: number): number {
    this.#forget(lasted);
    return lasted >= SERVING_MS || hasServed ? 0 : this.#nextDelay(random);
  }

  /** Returns the pause after a failure; undefined if another attempt would fail too. `lasted` is 0 without a connection. */
  afterFailure(error: unknown, lasted: number, random: number): number | undefined {
    this.#forget(lasted);
    if (error instanceof ConnectionError) return this.#nextDelay(random);
    if (!(error instanceof APIError) || !isTransient(error.status)) return undefined;
    const asked = retryAfter(error.headers, Date.now()) ?? 0;
    const limit = error instanceof RateLimitError ? MAX_DELAY_MS * 2 : MAX_DELAY_MS;
    return Math.max(this.#nextDelay(random), Math.min(asked, limit));
  }

  #forget(lasted: number): void {
    if (lasted >= HEALTHY_MS) this.#failures = 0;
  }

  #nextDelay(random: number): number {
    const whole = Math.min(this.#first * 2 ** this.#failures, MAX_DELAY_MS);
    this.#failures++;
    return whole * (1 - random / 2);
  }
}
