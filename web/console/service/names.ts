import { type Annals, idInQuery, type NameDictionary, type NamesPatch } from 'annals-client';

/** The kinds of ids that have names, and the sentences of types of events. */
export const NAME_KINDS = ['event_types', 'source_types', 'sources', 'event_templates'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** One name in a dictionary. A source belongs to a type. */
export interface NameRow {
  kind: NameKind;
  id: string;
  /** The source_type_id, for sources. */
  of: string;
  name: string;
  /** How many events have it; undefined if that was not counted. */
  count: number | undefined;
}

export const rowKey = ({ kind, of, id }: Pick<NameRow, 'kind' | 'of' | 'id'>): string => `${kind} ${of} ${id}`;

type Dictionary = NameDictionary & { event_templates?: Record<string, string> };

/** Returns the names of a dictionary as rows. */
export function rowsIn(dictionary: NameDictionary): NameRow[] {
  const { event_types, source_types, sources, event_templates = {} } = dictionary as Dictionary;
  const plain = (kind: NameKind, of: string, names: Record<string, string>): NameRow[] =>
    Object.entries(names).map(([id, name]) => ({ kind, of, id, name, count: undefined }));
  return [
    ...plain('event_types', '', event_types),
    ...plain('source_types', '', source_types),
    ...Object.entries(sources).flatMap(([of, names]) => plain('sources', of, names)),
    ...plain('event_templates', '', event_templates),
  ];
}

/** Returns the ids that occur in a tenant's events and have no name, those of the most events first. */
export async function unnamed(client: Annals, tenant: string, signal: AbortSignal): Promise<NameRow[]> {
  const { events } = client.forClient(tenant);
  const options = { ordering: '-count', limit: 50, names: true } as const;
  const [types, kinds, sources] = await Promise.all([
    events.countBy({ by: 'event_type_id', ...options }, { signal }),
    events.countBy({ by: 'source_type_id', ...options }, { signal }),
    events.countBy({ by: ['source_type_id', 'source_id'], ...options }, { signal }),
  ]);
  const text = (id: unknown): string => String(idInQuery(id as bigint | string, 'id'));
  const rows: NameRow[] = [];
  for (const group of types.results) {
    if (group.names?.event_type === undefined) rows.push({ kind: 'event_types', of: '', id: text(group.event_type_id), name: '', count: group.count });
  }
  for (const group of kinds.results) {
    if (group.names?.source_type === undefined) rows.push({ kind: 'source_types', of: '', id: text(group.source_type_id), name: '', count: group.count });
  }
  for (const group of sources.results) {
    if (group.names?.source === undefined) {
      rows.push({ kind: 'sources', of: text(group.source_type_id), id: text(group.source_id), name: '', count: group.count });
    }
  }
  return rows;
}

/** Returns the change that makes the rows as they were written; an empty name removes one. */
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
