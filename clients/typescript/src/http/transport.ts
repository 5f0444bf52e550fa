import { AnnalsError, APIError, apiError, AuthenticationError, type Exchange } from '../errors.js';
import { readJson } from '../json/read.js';
import { newUuid } from '../uuid.js';
import { VERSION } from '../version.js';
import type { Answered, CallOptions } from './call.js';
import type { Credentials } from './credentials.js';
import { Deadline, pause } from './deadline.js';
import { delayBefore, notOurs, type Subject, timedOut, withWords } from './failures.js';
import { type Query, writeQuery } from './query.js';

export interface Settings {
  baseUrl: string;
  clientId: string | undefined;
  /** Milliseconds; 0 for no limit. */
  timeout: number;
  maxRetries: number;
  fetch: typeof fetch;
}

/** One call of the service. */
export interface Call {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Query;
  headers?: Record<string, string>;
  /** A text, with its type in `headers`. It is sent again as it is. */
  body?: string;
  /** Whether the call does the same however often it is carried out. Others are never repeated. */
  mayRepeat: boolean;
}

/** An answer whose body has not been read. Whoever gets it reads or cancels the body, then closes the deadline. */
export interface Opened {
  response: Response;
  exchange: Exchange;
  deadline: Deadline;
}

/** Sends calls, and repeats them where that is right. Safe for any number of calls at the same time. */
export class Transport {
  constructor(
    readonly settings: Settings,
    readonly credentials: Credentials,
  ) {}

  /** Sends a call and reads its whole answer. An answer that is an error is thrown. */
  send(call: Call, options: CallOptions): Promise<Answered<unknown>> {
    return this.#call(call, options, async (opened) => {
      const answer = await this.#readWhole(opened);
      opened.deadline.close();
      return answer;
    });
  }

  /** Sends a call and returns once its answer has begun. From then on only the caller's signal ends it. */
  open(call: Call, options: CallOptions): Promise<Opened> {
    return this.#call(call, options, async (opened) => {
      if (!opened.response.ok) await this.#readWhole(opened);
      opened.deadline.stopClock();
      return opened;
    });
  }

  async #call<T>(call: Call, options: CallOptions, finish: (opened: Opened) => Promise<T>): Promise<T> {
    const timeout = options.timeout ?? this.settings.timeout;
    const deadline = new Deadline(timeout === 0 ? Infinity : timeout, options.signal);
    try {
      return await this.#repeat(call, options, deadline, finish);
    } catch (error) {
      deadline.close();
      if (!deadline.isOver || error instanceof AnnalsError) throw error;
      throw timedOut({ words: `${call.method} ${call.path}`, requestId: undefined }, deadline);
    }
  }

  async #repeat<T>(
    call: Call,
    options: CallOptions,
    deadline: Deadline,
    finish: (opened: Opened) => Promise<T>,
  ): Promise<T> {
    const maxRetries = call.mayRepeat ? (options.maxRetries ?? this.settings.maxRetries) : 0;
    const id = await newUuid();
    let retries = 0;
    let renewals = 0;
    for (;;) {
      const sent = retries + renewals;
      const exchange = { method: call.method, path: call.path, requestId: sent === 0 ? id : `${id}.${sent}` };
      const secret = await this.credentials.get(deadline.signal);
      try {
        return await finish(await this.#exchange(call, options, secret, exchange, deadline));
      } catch (error) {
        if (error instanceof APIError) error.tries = sent + 1;
        if (error instanceof AuthenticationError && renewals === 0 && this.credentials.refuse(secret)) {
          renewals++;
          continue;
        }
        const delay = retries < maxRetries ? delayBefore(error, retries) : Infinity;
        if (delay === Infinity || delay > deadline.left) throw error;
        retries++;
        await pause(delay, deadline.signal);
      }
    }
  }

  async #exchange(
    call: Call,
    options: CallOptions,
    secret: string | undefined,
    exchange: Exchange,
    deadline: Deadline,
  ): Promise<Opened> {
    const { settings } = this;
    const headers: Record<string, string> = {
      Accept: 'application/json',
      // Pages cannot set it.
      ...(IS_BROWSER ? {} : { 'User-Agent': `annals-typescript/${VERSION}` }),
      ...call.headers,
      ...this.credentials.headers(secret, options.clientId ?? settings.clientId),
      'X-Request-Id': exchange.requestId,
    };
    const answering = settings.fetch(settings.baseUrl + call.path + writeQuery(call.query ?? {}), {
      method: call.method,
      headers,
      signal: deadline.signal,
      credentials: 'omit',
      // A redirect would take the key to another host.
      redirect: 'error',
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    const response = await withWords(answering, subjectOf(exchange), deadline);
    // A proxy may answer in the service's place, with a page and the status 200.
    if (response.ok && !response.headers.has('x-request-id')) {
      void response.body?.cancel().catch(() => undefined);
      throw notOurs(response.status, subjectOf(exchange));
    }
    return { response, exchange, deadline };
  }

  async #readWhole({ response, exchange, deadline }: Opened): Promise<Answered<unknown>> {
    const { status, headers } = response;
    const text = await withWords(response.text(), subjectOf(exchange), deadline);
    const data = readBody(text, headers);
    const requestId = headers.get('x-request-id') ?? exchange.requestId;
    if (!response.ok) throw apiError(response, data, { ...exchange, requestId });
    return { data, status, headers, requestId, text };
  }
}

/** Whether this runs in a page or one of its workers, where everybody can read what the program knows. */
export const IS_BROWSER =
  'document' in globalThis || ('WorkerGlobalScope' in globalThis && 'importScripts' in globalThis);

function subjectOf({ method, path, requestId }: Exchange): Subject {
  return { words: `${method} ${path}`, requestId };
}

/** Returns what the body says, or its text if that is no JSON. */
function readBody(text: string, headers: Headers): unknown {
  if (text === '') return undefined;
  if (!/json/i.test(headers.get('content-type') ?? '')) return text;
  try {
    return readJson(text);
  } catch {
    return text;
  }
}
