import { type EventFilters, type Id, idInQuery, type IdInput, parseId } from 'annals-client';
import { type Filters, ID_FILTERS, type IdFilter, isFieldFilter, NO_FILTERS } from '../timeline/filters/filters.js';

/**
 * Filters as a page gives and gets them: under the names of the API, ids in the notation of queries (`"7"` is the integer,
 * `"\"7\""` the text), times as RFC 3339, dates, or distances from now such as `-24h`. It is plain data, fit for a URL.
 */
export type ApiFilters = Record<string, string | string[]>;

/** Filters as a page may give them: a single value stands for a list of one, and ids may be numbers too. */
export type GivenFilters = Readonly<Record<string, unknown>>;

/** Reads filters that a page gives. What is no filter is passed over. */
export function fromApi(given: GivenFilters | null | undefined): Filters {
  if (typeof given !== 'object' || given === null) return NO_FILTERS;
  const ids = { ...NO_FILTERS.ids } as Record<IdFilter, Id[]>;
  const fields: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(given)) {
    const values = (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null);
    if ((ID_FILTERS as readonly string[]).includes(name)) {
      ids[name as IdFilter] = values.map(readId).filter((id) => id !== undefined);
    } else if (isFieldFilter(name) && values.length > 0) {
      fields[name] = values.map(String);
    }
  }
  const text = (name: string): string => {
    const value = given[name];
    return value instanceof Date ? value.toISOString() : typeof value === 'string' ? value : '';
  };
  return { q: text('q'), from: text('event_time_from'), to: text('event_time_to'), ids, fields };
}

/** Writes filters for the page. */
export function toApi(filters: Filters): ApiFilters {
  const written: ApiFilters = {};
  if (filters.q !== '') written['q'] = filters.q;
  if (filters.from !== '') written['event_time_from'] = filters.from;
  if (filters.to !== '') written['event_time_to'] = filters.to;
  for (const name of ID_FILTERS) {
    if (filters.ids[name].length > 0) written[name] = filters.ids[name].map((id) => String(idInQuery(id, name)));
  }
  for (const [name, values] of Object.entries(filters.fields)) written[name] = [...values];
  return written;
}

/** Returns what is asked of the service: the reader's filters within those that are fixed. */
export function within(fixed: Filters, chosen: EventFilters): EventFilters {
  const query: EventFilters = { ...chosen };
  for (const name of ID_FILTERS) {
    if (query[name] === undefined && fixed.ids[name].length > 0) query[name] = fixed.ids[name];
  }
  return query;
}

function readId(value: unknown): Id | undefined {
  if (typeof value === 'string') return parseId(value);
  if (typeof value === 'bigint') return value;
  return Number.isSafeInteger(value) ? BigInt(value as IdInput) : undefined;
}
