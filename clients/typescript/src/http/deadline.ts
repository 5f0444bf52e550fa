/** What an exchange is aborted with when its time is up. Callers of the client see a TimeoutError instead. */
export class TimeIsUp extends Error {}

// Timers that are set for longer ring at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The end of a call: when its time is up, or when its caller aborts it. Close it, or its timer keeps running. */
export class Deadline {
  /** Aborts the exchanges of the call. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #end: number;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #abort = (): void => this.#controller.abort(this.#caller?.reason);

  /** `milliseconds` may be Infinity. */
  constructor(
    readonly milliseconds: number,
    caller: AbortSignal | undefined,
  ) {
    this.signal = this.#controller.signal;
    this.#caller = caller;
    this.#end = Date.now() + milliseconds;
    if (milliseconds <= MAX_TIMER_MS) {
      this.#timer = setTimeout(() => this.#controller.abort(new TimeIsUp()), milliseconds);
    }
    if (caller?.aborted) this.#abort();
    caller?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Milliseconds that are left. */
  get left(): number {
    return this.#end - Date.now();
  }

  get isOver(): boolean {
    return this.signal.aborted && this.signal.reason instanceof TimeIsUp;
  }

  /** Stops the clock; the caller can still abort what goes on. */
  stopClock(): void {
    clearTimeout(this.#timer);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }
}

/** Settles as `promise` does, or rejects with the signal's reason when it is aborted. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return unlessAborted(waited, signal).finally(() => clearTimeout(timer));
}
