import type { CallOptions } from '../http/call.js';
import type { Query } from '../http/query.js';
import type { Transport } from '../http/transport.js';
import { type Continuation, List, Page, type PageBody } from './page.js';

/** How a list is read. */
export interface Listing<T> {
  path: string;
  query: Query;
  /** Makes of an answer's item what callers get. */
  decode: (item: T) => T;
  /** Returns where the next page begins, if there is one. */
  next: (body: PageBody<T>) => Continuation | undefined;
}

/** Makes a list; its filters are copied, so that changing them later does not change it. */
export function makeList<T>(transport: Transport, listing: Listing<T>, options: CallOptions): List<T> {
  const frozen: Query = {};
  for (const [name, value] of Object.entries(listing.query)) {
    frozen[name] = Array.isArray(value) ? [...value] : value;
  }
  const getPage = async (at: Continuation | undefined): Promise<Page<T>> => {
    const query = at === undefined ? frozen : { ...without(frozen, ['cursor', 'offset']), ...at };
    const answer = await transport.send({ method: 'GET', path: listing.path, query, mayRepeat: true }, options);
    const body = answer.data as PageBody<T>;
    body.results = body.results.map(listing.decode);
    return new Page(body, answer.requestId, listing.next(body), getPage);
  };
  return new List(() => getPage(undefined));
}

/**
 * Returns where the page after this one begins, by the URL that the service gives. Only its parameter is used: the key
 * must go nowhere but to the configured address, and the service may not know under which address it is reached.
 */
export function nextByUrl<T>(body: PageBody<T>): Continuation | undefined {
  if (typeof body.next !== 'string') return undefined;
  const parameters = new URL(body.next, 'http://any').searchParams;
  const cursor = parameters.get('cursor');
  if (cursor !== null) return { cursor };
  const offset = parameters.get('offset');
  return offset === null ? undefined : { offset };
}

/** Returns where the page after this one begins in a list that gives no URLs. */
export function nextByCount<T>(body: PageBody<T>): Continuation | undefined {
  const end = (body.offset ?? 0) + body.results.length;
  return body.results.length > 0 && end < (body.total_count ?? 0) ? { offset: String(end) } : undefined;
}

function without(query: Query, names: readonly string[]): Query {
  return Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)));
}
