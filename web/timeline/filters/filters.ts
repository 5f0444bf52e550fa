import { type EventFilters, type Id, idInQuery, parseId } from 'annals-client';
import { frozen, momentOf } from './moments.js';

/** The ids by which events are filtered, as the API calls them. */
export const ID_FILTERS = ['event_type_id', 'source_type_id', 'source_id', 'record_id'] as const;
export type IdFilter = (typeof ID_FILTERS)[number];

/** Returns whether it is the name of a filter by a field: `data.…` or `field.…`. */
export function isFieldFilter(name: string): boolean {
  return /^(data|field)\../.test(name);
}

/** Which events are shown. It is what stands in the URL. */
export interface Filters {
  q: string;
  /** A time as `momentOf` reads it; empty for none. */
  from: string;
  to: string;
  ids: Readonly<Record<IdFilter, readonly Id[]>>;
  /** Values of fields, by `data.…` or `field.…`. */
  fields: Readonly<Record<string, readonly string[]>>;
}

export const NO_FILTERS: Filters = {
  q: '',
  from: '',
  to: '',
  ids: { event_type_id: [], source_type_id: [], source_id: [], record_id: [] },
  fields: {},
};

/** Holds one filter, for a sign that can be removed. */
export type Filter =
  | { kind: 'q'; text: string }
  | { kind: 'time'; from: string; to: string }
  | { kind: 'id'; name: IdFilter; id: Id }
  | { kind: 'field'; name: string; value: string };

/** Returns every single filter of them. */
export function listed(filters: Filters): Filter[] {
  const found: Filter[] = [];
  if (filters.q !== '') found.push({ kind: 'q', text: filters.q });
  if (filters.from !== '' || filters.to !== '') found.push({ kind: 'time', from: filters.from, to: filters.to });
  for (const name of ID_FILTERS) for (const id of filters.ids[name]) found.push({ kind: 'id', name, id });
  for (const [name, values] of Object.entries(filters.fields)) {
    for (const value of values) found.push({ kind: 'field', name, value });
  }
  return found;
}

/** Returns the filters with one more; a second search or time replaces the first. */
export function withFilter(filters: Filters, filter: Filter): Filters {
  switch (filter.kind) {
    case 'q':
      return { ...filters, q: filter.text };
    case 'time':
      return { ...filters, from: filter.from, to: filter.to };
    case 'id': {
      const ids = filters.ids[filter.name];
      return ids.includes(filter.id) ? filters : { ...filters, ids: { ...filters.ids, [filter.name]: [...ids, filter.id] } };
    }
    case 'field': {
      const values = filters.fields[filter.name] ?? [];
      if (values.includes(filter.value)) return filters;
      return { ...filters, fields: { ...filters.fields, [filter.name]: [...values, filter.value] } };
    }
  }
}

/** Returns the filters without one of them. */
export function withoutFilter(filters: Filters, filter: Filter): Filters {
  switch (filter.kind) {
    case 'q':
      return { ...filters, q: '' };
    case 'time':
      return { ...filters, from: '', to: '' };
    case 'id': {
      const ids = filters.ids[filter.name].filter((id) => id !== filter.id);
      return { ...filters, ids: { ...filters.ids, [filter.name]: ids } };
    }
    case 'field': {
      const values = (filters.fields[filter.name] ?? []).filter((value) => value !== filter.value);
      const { [filter.name]: _, ...others } = filters.fields;
      return { ...filters, fields: values.length === 0 ? others : { ...others, [filter.name]: values } };
    }
  }
}

/** Writes the filters as they stand in a URL, in an order that stays. */
export function writeFilters(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.q !== '') query.set('q', filters.q);
  if (filters.from !== '') query.set('from', filters.from);
  if (filters.to !== '') query.set('to', filters.to);
  for (const name of ID_FILTERS) for (const id of filters.ids[name]) query.append(name, String(idInQuery(id, name)));
  for (const name of Object.keys(filters.fields).sort()) {
    for (const value of filters.fields[name] ?? []) query.append(name, value);
  }
  return query;
}

/** Reads the filters of a URL, and passes over everything else in it. */
export function readFilters(query: URLSearchParams): Filters {
  const fields: Record<string, string[]> = {};
  for (const [name, value] of query) {
    if (isFieldFilter(name)) (fields[name] ??= []).push(value);
  }
  const idsOf = (name: IdFilter): Id[] => query.getAll(name).map(parseId).filter((id) => id !== undefined);
  return {
    q: query.get('q') ?? '',
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    ids: {
      event_type_id: idsOf('event_type_id'),
      source_type_id: idsOf('source_type_id'),
      source_id: idsOf('source_id'),
      record_id: idsOf('record_id'),
    },
    fields,
  };
}

/** Returns the filters as the service takes them. */
export function asQuery(filters: Filters, now: Date): EventFilters {
  const from = momentOf(filters.from, now);
  const to = momentOf(filters.to, now);
  const query: EventFilters = { ...filters.fields };
  for (const name of ID_FILTERS) if (filters.ids[name].length > 0) query[name] = filters.ids[name];
  if (filters.q.trim() !== '') query.q = filters.q;
  if (from !== undefined) query.event_time_from = from;
  if (to !== undefined) query.event_time_to = to;
  return query;
}

/** Returns the filters with the times that they mean now, for a link that always shows the same. */
export function atThisMoment(filters: Filters, now: Date): Filters {
  return { ...filters, from: frozen(filters.from, now), to: frozen(filters.to, now) };
}

export function isSameFilters(a: Filters, b: Filters): boolean {
  return writeFilters(a).toString() === writeFilters(b).toString();
}
