/** What may be said of each call. */
export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason: an AbortError unless you gave another one. */
  signal?: AbortSignal;
  /** Milliseconds for the whole call, its repetitions included; 0 for no limit. Default: that of the client. */
  timeout?: number;
  /** How often the call is repeated, if it may be. Default: that of the client. */
  maxRetries?: number;
  /** The tenant, instead of that of the client. */
  clientId?: string;
}

/** An answer with what came with it. */
export interface Answered<T> {
  data: T;
  status: number;
  headers: Headers;
  /** What finds the request in the service's log. */
  requestId: string;
  /** The body as it came; numbers of any size are exact in it. */
  text: string;
}

/** A call that is under way: a promise of its data, which can also give what came with it. */
export class ApiCall<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = 'ApiCall';
  readonly #answer: Promise<Answered<T>>;

  /** @internal */
  constructor(answer: Promise<Answered<T>>) {
    this.#answer = answer;
  }

  withResponse(): Promise<Answered<T>> {
    return this.#answer;
  }

  then<A = T, B = never>(
    resolved?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answer.then((answer) => answer.data).then(resolved, rejected);
  }

  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, rejected);
  }

  finally(settled?: (() => void) | null): Promise<T> {
    return this.then().finally(settled);
  }
}
