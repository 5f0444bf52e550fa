import { ConnectionError } from '../errors.js';
import { PATHS } from '../generated/schemas.js';
import { pause, unlessAborted } from '../http/deadline.js';
import type { CallOptions } from '../http/call.js';
import type { Query } from '../http/query.js';
import type { Opened, Transport } from '../http/transport.js';
import { readJson } from '../json/read.js';
import { type AnnalsEvent, decodeEvent, type EventFilters } from './event.js';
import { type StreamMessage, StreamParser } from './event_stream.js';
import { Reconnection } from './reconnection.js';

// The service says something every ten seconds.
const SILENCE_MS = 45_000;

export interface TailOptions extends Omit<CallOptions, 'maxRetries'> {
  /** Begin after this place, from a tail's or a page's `cursor`; `''` begins with the first event. Default: now. */
  cursor?: string;
  /** Give each event the names of its ids, see `client.names`. */
  names?: boolean;
  /** End with the error after so many failures one after the other. Default: never. */
  maxReconnects?: number;
  /** Milliseconds of silence after which the connection is taken for dead. Default: 45000. */
  silence?: number;
}

/** What a tail gives. `cursor` is where to resume after it. */
export type TailItem =
  /** The tail is connected: every event from here on will be given. */
  | { type: 'live'; cursor: string | undefined }
  | { type: 'event'; event: AnnalsEvent; cursor: string }
  /** The service has left events out, because they were taken too slowly: read them with `list()`. */
  | { type: 'gap'; cursor: string | undefined; data: string | undefined }
  /** The connection is gone; after `delay` milliseconds there will be another. `error` is undefined if it ended in order. */
  | { type: 'reconnect'; attempt: number; delay: number; error: unknown };

/**
 * A stream of new events. Iterate it, once: it connects when the iteration begins, reconnects by itself, and resumes
 * after the last item that you have finished with, so that no event is lost or given twice. It ends when you leave the
 * loop, call `close()` or abort its signal, or with an error that another attempt would meet too (401 after a new token,
 * 403, 404, 422).
 */
export class Tail implements AsyncIterable<TailItem> {
  readonly #transport: Transport;
  readonly #filters: EventFilters;
  readonly #options: TailOptions;
  readonly #closing = new AbortController();
  readonly #reconnection = new Reconnection();
  #cursor: string | undefined;
  #isUsed = false;

  /** @internal */
  constructor(transport: Transport, filters: EventFilters, options: TailOptions) {
    this.#transport = transport;
    this.#filters = filters;
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Where to resume after the last item that was finished with. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Ends the iteration without an error. */
  close(): void {
    this.#closing.abort();
  }

  /** Gives only the events. Gaps, which this does not show, come only to readers that are far too slow. */
  async *events(): AsyncGenerator<AnnalsEvent, void, undefined> {
    for await (const item of this) if (item.type === 'event') yield item.event;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TailItem, void, undefined> {
    if (this.#isUsed) throw new TypeError('this tail has been iterated already; make another one with its cursor');
    this.#isUsed = true;
    const forward = (): void => this.#closing.abort(this.#options.signal?.reason);
    this.#options.signal?.addEventListener('abort', forward, { once: true });
    if (this.#options.signal?.aborted) forward();
    try {
      yield* this.#follow();
    } catch (error) {
      // Closing is no error; what the caller has aborted with is.
      if (!this.#closing.signal.aborted) throw error;
      if (this.#options.signal?.aborted) throw this.#options.signal.reason;
    } finally {
      this.#options.signal?.removeEventListener('abort', forward);
      this.#closing.abort();
    }
  }

  async *#follow(): AsyncGenerator<TailItem, void, undefined> {
    for (;;) {
      const connection = new Connection(this.#options.silence ?? SILENCE_MS);
      let error: unknown;
      let delay: number | undefined;
      try {
        await connection.open(this.#transport, this.#query(), { ...this.#options, signal: this.#closing.signal });
        yield* this.#items(connection);
        delay = this.#reconnection.afterEnd(connection.lasted, connection.hasServed, Math.random());
      } catch (failure) {
        error = failure;
        delay = this.#reconnection.afterFailure(failure, connection.lasted, Math.random());
      } finally {
        connection.close();
      }
      this.#closing.signal.throwIfAborted();
      if (delay === undefined || this.#reconnection.failures > (this.#options.maxReconnects ?? Infinity)) throw error;
      yield { type: 'reconnect', attempt: this.#reconnection.failures, delay, error };
      await pause(delay, this.#closing.signal);
    }
  }

  async *#items(connection: Connection): AsyncGenerator<TailItem, void, undefined> {
    for await (const message of connection.messages(this.#closing.signal)) {
      if (message.retry !== undefined) this.#reconnection.setFirstDelay(message.retry);
      // This connection is about to end; the next one has another token, if there is one.
      if (message.event === 'token_expiring' && this.#transport.credentials.forget()) return;
      const item = itemOf(message, connection.isFirst());
      if (item !== undefined) yield item;
      // Only now the item has been finished with.
      if (message.id !== undefined) this.#cursor = message.id;
    }
  }

  /** The place where the tail begins is a parameter, because the header cannot say "at the beginning". */
  #query(): Query {
    const names = this.#options.names === true ? { names: true } : {};
    return { ...this.#filters, ...names, ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }) } as Query;
  }
}

function itemOf(message: StreamMessage, isFirst: boolean): TailItem | undefined {
  const { event, id, data } = message;
  if (event === 'gap') return { type: 'gap', cursor: id, data };
  if (event === 'message' && data !== undefined) {
    return { type: 'event', event: decodeEvent(readJson(data)), cursor: id ?? '' };
  }
  return isFirst ? { type: 'live', cursor: id } : undefined;
}

/** One connection of a tail. */
class Connection {
  readonly #silence: number;
  #opened: Opened | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #since: number | undefined;
  #count = 0;

  constructor(silence: number) {
    this.#silence = silence;
  }

  /** Milliseconds since it was opened; 0 if it could not be. */
  get lasted(): number {
    return this.#since === undefined ? 0 : Date.now() - this.#since;
  }

  get hasServed(): boolean {
    return this.#count > 1;
  }

  /** Returns whether the message that was read last is the first one, which says where the tail begins. */
  isFirst(): boolean {
    return this.#count === 1;
  }

  async open(transport: Transport, query: Query, options: CallOptions): Promise<void> {
    const headers = { Accept: 'text/event-stream' };
    this.#opened = await transport.open(
      { method: 'GET', path: PATHS.tailEvents, query, headers, mayRepeat: false },
      options,
    );
    const { response } = this.#opened;
    if (!/^text\/event-stream/i.test(response.headers.get('content-type') ?? '') || response.body === null) {
      throw new ConnectionError('The answer was no stream of events; is there a proxy in between?');
    }
    this.#reader = response.body.getReader();
    this.#since = Date.now();
  }

  async *messages(signal: AbortSignal): AsyncGenerator<StreamMessage, void, undefined> {
    const parser = new StreamParser();
    for (;;) {
      const bytes = await this.#read(signal);
      if (bytes === undefined) return;
      for (const message of parser.push(bytes)) {
        this.#count++;
        yield message;
      }
    }
  }

  /** Returns the next bytes; undefined if the service has ended the stream in order. */
  async #read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const silent = new AbortController();
    const timer = setTimeout(() => silent.abort(), this.#silence);
    try {
      const reading = (this.#reader as ReadableStreamDefaultReader<Uint8Array>).read();
      const { done, value } = await unlessAborted(unlessAborted(reading, silent.signal), signal);
      return done ? undefined : value;
    } catch (failure) {
      if (signal.aborted) throw signal.reason;
      const why = silent.signal.aborted ? `was silent for ${this.#silence} ms` : `broke: ${String(failure)}`;
      throw new ConnectionError(`The stream of events ${why}`, { cause: failure });
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    // The failure of a connection that is not wanted any more is nobody's.
    this.#reader?.cancel().catch(() => undefined);
    this.#opened?.deadline.close();
  }
}
