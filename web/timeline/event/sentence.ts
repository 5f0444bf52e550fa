import type { AnnalsEvent, JsonValue } from 'annals-client';
import type { Words } from '../../words/words.js';
import { type Change, changesOf } from './changes.js';
import { isObject, isPlain, plainText } from './json.js';
import { actorName, namesOf, recordName, typeName } from './names.js';
import { readTemplate, textAt } from './templates.js';

/** A part of a sentence. All but plain text are drawn with an emphasis of their own. */
export type SentencePart =
  | { kind: 'text' | 'actor' | 'record' | 'value' | 'type'; text: string }
  | { kind: 'change'; change: Change };

const SHOWN_CHANGES = 2;
const SHOWN_FIELDS = 3;
const SHOWN_TEXT = 160;
const SHOWN_VALUE = 32;
const TELLING = ['message', 'summary', 'text', 'description', 'title', 'comment', 'reason'];

/**
 * Makes a sentence of an event: by the template of its type, else by what its data tells, else by its type and source
 * alone. Every event has one.
 */
export function sentenceOf(event: AnnalsEvent, words: Words, templates?: ReadonlyMap<string, string>): SentencePart[] {
  const template = templates?.get(String(event.event_type_id)) ?? namesOf(event).template;
  if (template !== undefined) return byTemplate(event, template, words);
  const changes = changesOf(event.event_data);
  if (changes.length > 0) return byChanges(event, changes, words);
  const told = toldBy(event.event_data);
  const begun: SentencePart[] = [
    { kind: 'actor', text: actorName(event, words) },
    { kind: 'text', text: ' · ' },
    { kind: 'type', text: typeName(event, words) },
  ];
  return told === '' ? begun : [...begun, { kind: 'text', text: ' · ' }, { kind: 'value', text: shortened(told, SHOWN_TEXT) }];
}

/** Makes a sentence for a place where the changes themselves are shown below: it names the fields alone. */
export function briefSentence(event: AnnalsEvent, words: Words, templates?: ReadonlyMap<string, string>): SentencePart[] {
  const changes = changesOf(event.event_data);
  const isTold = templates?.has(String(event.event_type_id)) || namesOf(event).template !== undefined;
  if (changes.length === 0 || isTold) return sentenceOf(event, words, templates);
  const shown = changes.slice(0, SHOWN_FIELDS).map((change) => change.field);
  const rest = changes.length - shown.length;
  return [
    { kind: 'actor', text: actorName(event, words) },
    { kind: 'text', text: ` ${words.changed} ` },
    { kind: 'value', text: shown.join(', ') },
    ...(rest > 0 ? [{ kind: 'text' as const, text: ` ${words.and_more(rest)}` }] : []),
  ];
}

/** Returns a sentence without emphasis: for a title, or a screen reader. */
export function plainSentence(parts: readonly SentencePart[], words: Words): string {
  const texts = parts.map((part) => (part.kind === 'change' ? changeText(part.change, words) : part.text));
  return texts.join('');
}

/** "status draft → approved" */
export function changeText(change: Change, words: Words): string {
  return `${change.field} ${valueText(change.before, words)} → ${valueText(change.after, words)}`;
}

/** Returns a value as it stands in a sentence. */
export function valueText(value: JsonValue | undefined, words: Words): string {
  if (value === undefined || value === null) return words.nothing;
  if (value === '') return words.empty_text;
  if (Array.isArray(value)) return words.items(value.length);
  if (isObject(value)) return words.fields(Object.keys(value).length);
  return shortened(plainText(value), SHOWN_VALUE);
}

/** Returns the beginning of a text, cut between characters. */
export function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, ' ');
  if (line.length <= length) return line;
  return `${Array.from(line.slice(0, length)).slice(0, -1).join('')}…`;
}

function byTemplate(event: AnnalsEvent, template: string, words: Words): SentencePart[] {
  return readTemplate(template).map((part): SentencePart => {
    if ('text' in part) return { kind: 'text', text: part.text };
    switch (part.path) {
      case 'source':
      case 'actor':
        return { kind: 'actor', text: actorName(event, words) };
      case 'record':
      case 'record_id':
        return { kind: 'record', text: recordName(event.record_id, words) };
      case 'type':
        return { kind: 'type', text: typeName(event, words) };
      default:
        return { kind: 'value', text: shortened(textAt(event, part.path), SHOWN_TEXT) };
    }
  });
}

function byChanges(event: AnnalsEvent, changes: readonly Change[], words: Words): SentencePart[] {
  const parts: SentencePart[] = [
    { kind: 'actor', text: actorName(event, words) },
    { kind: 'text', text: ` ${words.changed} ` },
  ];
  changes.slice(0, SHOWN_CHANGES).forEach((change, at) => {
    if (at > 0) parts.push({ kind: 'text', text: ', ' });
    parts.push({ kind: 'change', change });
  });
  const rest = changes.length - SHOWN_CHANGES;
  return rest > 0 ? [...parts, { kind: 'text', text: ` ${words.and_more(rest)}` }] : parts;
}

/** Returns what the data says in its own words. */
function toldBy(data: JsonValue): string {
  if (isPlain(data)) return data === null ? '' : plainText(data);
  if (Array.isArray(data)) return data.every(isPlain) ? data.map(plainText).join(' · ') : '';
  for (const key of TELLING) {
    const text = data[key];
    if (typeof text === 'string' && text !== '') return text;
  }
  const fields = Object.entries(data).filter(([, value]) => isPlain(value));
  return fields
    .slice(0, SHOWN_FIELDS)
    .map(([key, value]) => `${key}: ${plainText(value)}`)
    .join(' · ');
}
