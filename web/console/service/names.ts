import { type Annals, idInQuery, type NameDictionary, type NamesPatch } from 'annals-client';

/** The kinds of ids that have names, and the sentences of types of events. */
export const NAME_KINDS = ['event_types', 'source_types', 'sources', 'event_templates'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** Holds one id of a kind, with what it is called. A source belongs to a type. */
export interface NameRow {
  kind: NameKind;
  id: string;
  /** The source_type_id, for sources. */
  of: string;
  /** Its name in this dictionary; empty if it has none. */
  name: string;
  /** Its name for all tenants, which holds if it has none here. */
  forAll: string;
  /** Says what else tells people which id that is. */
  about: string;
  /** How many events have it; undefined if that was not counted. */
  count: number | undefined;
}

/** How many events have an id, by `rowKey`. Sentences have the numbers of the types of events. */
export type Counts = ReadonlyMap<string, number>;

const COUNTED = 50;

export const rowKey = ({ kind, of, id }: Pick<NameRow, 'kind' | 'of' | 'id'>): string => JSON.stringify([kind, of, id]);

/** Returns the ids of a kind: those that occur and have no name first, the most frequent of them at the top. */
export function rowsOf(kind: NameKind, own: NameDictionary, forAll: NameDictionary | undefined, counts: Counts): NameRow[] {
  const ownNames = namesIn(own, kind);
  const namesForAll = forAll === undefined ? new Map<string, string>() : namesIn(forAll, kind);
  const counted = [...counts].filter(([key]) => (JSON.parse(key) as string[])[0] === kind);
  const keys = new Set([...counted.map(([key]) => key), ...ownNames.keys(), ...namesForAll.keys()]);
  const typeName = (types: 'event_types' | 'source_types', id: string): string => own[types][id] ?? forAll?.[types][id] ?? '';
  const rows = Array.from(keys, (key): NameRow => {
    const [, of = '', id = ''] = JSON.parse(key) as string[];
    const about = kind === 'event_templates' ? typeName('event_types', id) : kind === 'sources' ? typeName('source_types', of) : '';
    return { kind, of, id, name: ownNames.get(key) ?? '', forAll: namesForAll.get(key) ?? '', about, count: counts.get(key) };
  });
  const isNamed = (row: NameRow): boolean => row.name !== '' || row.forAll !== '';
  const byId = new Intl.Collator('en', { numeric: true });
  return rows.sort((a, b) => {
    if (isNamed(a) !== isNamed(b)) return isNamed(a) ? 1 : -1;
    if (!isNamed(a) && a.count !== b.count) return (b.count ?? 0) - (a.count ?? 0);
    return byId.compare(a.of, b.of) || byId.compare(a.id, b.id);
  });
}

/** Counts the ids that occur most often in a tenant's events. */
export async function countIds(client: Annals, tenant: string, signal: AbortSignal): Promise<Counts> {
  const { events } = client.forClient(tenant);
  const options = { ordering: '-count', limit: COUNTED } as const;
  const [types, kinds, sources] = await Promise.all([
    events.countBy({ by: 'event_type_id', ...options }, { signal }),
    events.countBy({ by: 'source_type_id', ...options }, { signal }),
    events.countBy({ by: ['source_type_id', 'source_id'], ...options }, { signal }),
  ]);
  const text = (id: unknown): string => String(idInQuery(id as bigint | string, 'id'));
  const counts = new Map<string, number>();
  const put = (kind: NameKind, of: string, id: string, count: number): void => void counts.set(rowKey({ kind, of, id }), count);
  for (const { event_type_id, count } of types.results) {
    put('event_types', '', text(event_type_id), count);
    put('event_templates', '', text(event_type_id), count);
  }
  for (const { source_type_id, count } of kinds.results) put('source_types', '', text(source_type_id), count);
  for (const { source_type_id, source_id, count } of sources.results) put('sources', text(source_type_id), text(source_id), count);
  return counts;
}

/** Returns the change that makes the names as they were written; an empty name removes one. */
export function patchOf(changes: readonly NameRow[]): NamesPatch {
  const patch: Record<string, Record<string, unknown>> = {};
  for (const { kind, of, id, name } of changes) {
    const value = name === '' ? null : name;
    const names = (patch[kind] ??= {});
    if (kind === 'sources') names[of] = { ...((names[of] as object | undefined) ?? {}), [id]: value };
    else names[id] = value;
  }
  return patch as NamesPatch;
}

function namesIn(dictionary: NameDictionary, kind: NameKind): Map<string, string> {
  const entries =
    kind === 'sources'
      ? Object.entries(dictionary.sources).flatMap(([of, names]) => Object.entries(names).map(([id, name]) => ({ of, id, name })))
      : Object.entries(dictionary[kind]).map(([id, name]) => ({ of: '', id, name }));
  return new Map(entries.map(({ of, id, name }) => [rowKey({ kind, of, id }), name]));
}
