import type { JsonValue } from 'annals-client';
import { isObject, isSame, type JsonObject } from './json.js';

/** A field that an event has changed. `undefined` says that there was none before, or is none any more. */
export interface Change {
  field: string;
  before: JsonValue | undefined;
  after: JsonValue | undefined;
}

// Senders write a change in one of these ways; a pair is what was and what is.
const PAIRS: readonly (readonly [string, string])[] = [
  ['from', 'to'],
  ['before', 'after'],
  ['old', 'new'],
  ['old_value', 'new_value'],
  ['oldValue', 'newValue'],
  ['previous', 'current'],
];
const STATES: readonly (readonly [string, string])[] = [
  ['before', 'after'],
  ['old', 'new'],
  ['old_values', 'new_values'],
  ['oldValues', 'newValues'],
  ['previous', 'current'],
];
const NAMES = ['field', 'attribute', 'property', 'column', 'path', 'key', 'name'];
const LISTS = ['changes', 'diff', 'changed', 'modifications', 'audited_changes', 'fields'];

/** Returns the changes that `event_data` tells of, in the order in which it tells them; none if it tells of none. */
export function changesOf(data: JsonValue | undefined): Change[] {
  if (Array.isArray(data)) return allOf(data, named);
  if (!isObject(data)) return [];
  for (const list of LISTS) {
    const found = listed(data[list]);
    if (found.length > 0) return found;
  }
  return states(data) ?? previousAttributes(data) ?? single(data);
}

function single(data: JsonObject): Change[] {
  const change = named(data);
  return change === undefined ? [] : [change];
}

/** `[{field, from, to}, …]`, `{field: {from, to}, …}` or `{field: [from, to], …}` */
function listed(value: JsonValue | undefined): Change[] {
  if (Array.isArray(value)) return allOf(value, named);
  if (!isObject(value)) return [];
  const changes: Change[] = [];
  for (const [field, entry] of Object.entries(value)) {
    const pair = isObject(entry) ? pairOf(entry) : Array.isArray(entry) && entry.length === 2 ? [entry[0], entry[1]] : undefined;
    // If only some of them are changes, what is there is something else.
    if (pair === undefined) return [];
    changes.push({ field, before: pair[0], after: pair[1] });
  }
  return changes;
}

/** `{field, from, to}` */
function named(value: JsonValue): Change | undefined {
  if (!isObject(value)) return undefined;
  const name = NAMES.map((key) => value[key]).find((found) => typeof found === 'string');
  const pair = pairOf(value);
  if (typeof name !== 'string' || pair === undefined) return undefined;
  return { field: name, before: pair[0], after: pair[1] };
}

function pairOf(value: JsonObject): [JsonValue | undefined, JsonValue | undefined] | undefined {
  for (const [before, after] of PAIRS) {
    if (Object.hasOwn(value, before) || Object.hasOwn(value, after)) return [value[before], value[after]];
  }
  return undefined;
}

/** `{before: {…}, after: {…}}`; null stands for a record that was not there. */
function states(data: JsonObject): Change[] | undefined {
  for (const [earlier, later] of STATES) {
    const before = data[earlier];
    const after = data[later];
    if (!isObject(before) && !isObject(after)) continue;
    if (!isState(before) || !isState(after)) continue;
    return differences(before ?? {}, after ?? {});
  }
  return undefined;
}

function isState(value: JsonValue | undefined): value is JsonObject | null | undefined {
  return value === undefined || value === null || isObject(value);
}

/** `{object: {…}, previous_attributes: {…}}`, where the latter has only what was changed. */
function previousAttributes(data: JsonObject): Change[] | undefined {
  const previous = data['previous_attributes'];
  const now = data['object'];
  if (!isObject(previous) || !isObject(now)) return undefined;
  return Object.keys(previous).map((field) => ({ field, before: previous[field], after: now[field] }));
}

function differences(before: JsonObject, after: JsonObject): Change[] {
  const fields = [...Object.keys(before), ...Object.keys(after).filter((key) => !Object.hasOwn(before, key))];
  return fields
    .filter((field) => !isSame(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

/** Returns what all items are; none if one of them is something else. */
function allOf(items: readonly JsonValue[], read: (item: JsonValue) => Change | undefined): Change[] {
  const changes = items.map(read);
  return changes.every((change) => change !== undefined) ? (changes as Change[]) : [];
}
