import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import { ApiCall, type Answered, type CallOptions } from '../http/call.js';
import { pathTo } from '../http/paths.js';
import type { Query } from '../http/query.js';
import type { Transport } from '../http/transport.js';
import { restoreIds } from '../ids.js';
import { makeList, nextByUrl } from '../paging/lists.js';
import type { List } from '../paging/page.js';
import { type AnnalsEvent, decodeEvent, encodeFilters, type EventFilters } from './event.js';
import { Tail, type TailOptions } from './tail.js';

/** Which events are listed, in which order and how. Without `offset` the list has cursors, and begins at its beginning. */
export type ListEvents = schemas.ListEventsQuery;
/** Which events are counted, in which groups. */
export type CountBy = schemas.CountEventsQuery;
/** Which events are exported, in which format. */
export type ExportEvents = schemas.ExportEventsQuery;
/** One group of events: the keys that were asked for, and how many events it has. */
export type Group = schemas.EventGroup;
export type Groups = schemas.EventGroups;

export interface EventCounts {
  /** How many events the tenant has. */
  total_count: number;
  /** How many of them the filters leave. */
  filtered_count: number;
}

/** An answer that is read while it arrives. */
export interface Download {
  /** Read it to its end or cancel it, or the connection stays open. */
  body: ReadableStream<Uint8Array>;
  headers: Headers;
  requestId: string;
}

/** Reads a history: what `client.events` and `client.audit` have in common. */
export class History {
  /** @internal */
  protected readonly transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Lists events. `for await (const event of client.events.list({ record_id: 7 }))` reads all of them, page by page;
   * `await client.events.list(…)` reads the first page. In the order of arrival the list ends when there are no more
   * events for now; a page's `cursor` is where to ask again.
   */
  list(query: ListEvents = {}, options: CallOptions = {}): List<AnnalsEvent> {
    const begun = query.offset === undefined ? { cursor: '', ...encodeFilters(query) } : encodeFilters(query);
    const listing = { path: PATHS.listEvents, query: begun as Query, decode: decodeEvent, next: nextByUrl };
    return makeList<AnnalsEvent>(this.transport, listing, options);
  }

  /** Returns one event, with the names of its ids if they are wanted. Throws NotFoundError. */
  get(eventId: string, options: CallOptions & { names?: boolean } = {}): ApiCall<AnnalsEvent> {
    const query = options.names === true ? { names: true } : {};
    return this.#read(pathTo(PATHS.getEvent, { event_id: eventId }), query, options, decodeEvent);
  }

  /** Counts the tenant's events, and those that the filters leave. */
  count(filters: EventFilters = {}, options: CallOptions = {}): ApiCall<EventCounts> {
    const query = { ...encodeFilters(filters), limit: 1, offset: 0, count: true } as Query;
    return this.#read(PATHS.listEvents, query, options, (data) => {
      const { total_count, filtered_count } = data as EventCounts;
      return { total_count, filtered_count };
    });
  }

  /** Counts events in groups: by time (`bucket`), by ids (`by`), or both. */
  countBy(query: CountBy, options: CallOptions = {}): ApiCall<Groups> {
    return this.#read(PATHS.countEvents, encodeFilters(query) as Query, options, (data) => {
      const groups = data as Groups;
      for (const group of groups.results) restoreIds(group as unknown as Record<string, unknown>);
      return groups;
    });
  }

  /** Follows new events as they are committed, over broken connections and restarts of the service. */
  tail(filters: EventFilters = {}, options: TailOptions = {}): Tail {
    return new Tail(this.transport, encodeFilters(filters), options);
  }

  /** Returns all events of the filters as a stream of any size, ordered by record, time and id. */
  async export(query: ExportEvents = {}, options: CallOptions = {}): Promise<Download> {
    const call = {
      method: 'GET' as const,
      path: PATHS.exportEvents,
      query: encodeFilters(query) as Query,
      headers: { Accept: '*/*' },
      mayRepeat: true,
    };
    const { response, exchange } = await this.transport.open(call, options);
    return {
      body: response.body as ReadableStream<Uint8Array>,
      headers: response.headers,
      requestId: response.headers.get('x-request-id') ?? exchange.requestId,
    };
  }

  #read<T>(path: string, query: Query, options: CallOptions, decode: (data: unknown) => T): ApiCall<T> {
    const answering = this.transport.send({ method: 'GET', path, query, mayRepeat: true }, options);
    return new ApiCall(answering.then((answer): Answered<T> => ({ ...answer, data: decode(answer.data) })));
  }
}
