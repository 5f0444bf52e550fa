import { type AnnalsEvent, type Id, idInQuery } from 'annals-client';
import type { Words } from '../../words/words.js';
import { isObject } from './json.js';

/** Says what people call the ids of an event; empty where nobody has named them. */
export interface EventNames {
  event_type?: string;
  source_type?: string;
  source?: string;
  template?: string;
}

/** Returns the names that came with an event. A sender may have sent a key `names` of its own, of any form. */
export function namesOf(event: AnnalsEvent): EventNames {
  const given: unknown = event.names;
  const names: EventNames = {};
  if (!isObject(given)) return names;
  for (const member of ['event_type', 'source_type', 'source', 'template'] as const) {
    const name = given[member];
    if (typeof name === 'string') names[member] = name;
  }
  return names;
}

/** Returns an id as people type it and as queries have it. */
export function idText(id: Id): string {
  return String(idInQuery(id, 'id'));
}

/** Returns the kind of an event in words. Ids that are texts are words themselves. */
export function typeName(event: AnnalsEvent, words: Words): string {
  const id = event.event_type_id;
  return namesOf(event).event_type ?? (typeof id === 'string' ? id : words.event_type(String(id)));
}

/** Returns who or what caused an event, in words. */
export function actorName(event: AnnalsEvent, words: Words): string {
  const names = namesOf(event);
  const id = event.source_id;
  if (names.source !== undefined) return names.source;
  if (typeof id === 'string') return id;
  const type = names.source_type ?? (typeof event.source_type_id === 'string' ? event.source_type_id : undefined);
  return type === undefined ? words.source(String(id)) : `${type} ${id}`;
}

/** Returns the record in words. */
export function recordName(id: Id, words: Words): string {
  return typeof id === 'string' ? id : words.record(String(id));
}
