import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnnalsEvent, JsonValue } from 'annals-client';
import { changesOf } from '../timeline/event/changes.js';
import { briefSentence, plainSentence, sentenceOf } from '../timeline/event/sentence.js';
import { readTemplate, textAt } from '../timeline/event/templates.js';
import { wordDifferences } from '../timeline/event/word_differences.js';
import { en } from '../words/en.js';

function event(changes: Partial<AnnalsEvent>): AnnalsEvent {
  return {
    event_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    event_time: '2026-11-27T10:00:00.000Z',
    event_type_id: 2n,
    record_id: 7n,
    source_type_id: 1n,
    source_id: 3n,
    event_data: {},
    file_id: null,
    ...changes,
  };
}

const sentence = (changes: Partial<AnnalsEvent>): string => plainSentence(sentenceOf(event(changes), en), en);

test('a change is told in every way in which senders write one', () => {
  const same = [{ field: 'status', before: 'draft', after: 'approved' }];
  const ways: JsonValue[] = [
    { field: 'status', from: 'draft', to: 'approved' },
    { attribute: 'status', old: 'draft', new: 'approved' },
    { changes: [{ field: 'status', before: 'draft', after: 'approved' }] },
    { changes: { status: { from: 'draft', to: 'approved' } } },
    { audited_changes: { status: ['draft', 'approved'] } },
    { before: { status: 'draft', kept: 1 }, after: { status: 'approved', kept: 1 } },
    { old_values: { status: 'draft' }, new_values: { status: 'approved' } },
    { object: { status: 'approved', other: 2 }, previous_attributes: { status: 'draft' } },
    [{ field: 'status', from: 'draft', to: 'approved' }],
  ];
  for (const data of ways) assert.deepEqual(changesOf(data), same, JSON.stringify(data));
});

test('what is no change is not told as one', () => {
  const others: JsonValue[] = [null, 'text', 7, [], {}, ['a', 'b'], { changes: { x: 1 } }, { changes: 'many' }, { from: 'a', to: 'b' }, { before: null, after: null }];
  for (const data of others) assert.deepEqual(changesOf(data), [], JSON.stringify(data));
});

test('a record that begins or ends is told by all its fields', () => {
  assert.deepEqual(changesOf({ before: null, after: { a: 1 } }), [{ field: 'a', before: undefined, after: 1 }]);
  assert.deepEqual(changesOf({ before: { a: 1 } }), [{ field: 'a', before: 1, after: undefined }]);
});

test('the same value in another order of keys is no change', () => {
  assert.deepEqual(changesOf({ before: { a: { x: 1, y: [1, 2] } }, after: { a: { y: [1, 2], x: 1 } } }), []);
});

test('every event has a sentence, whatever its data is', () => {
  assert.equal(sentence({ event_data: null }), 'source 3 · event type 2');
  assert.equal(sentence({ event_data: ['open → closed'] }), 'source 3 · event type 2 · open → closed');
  assert.equal(sentence({ event_data: { message: 'Hello\nthere' } }), 'source 3 · event type 2 · Hello there');
  assert.equal(sentence({ event_data: { a: 1, b: { c: 2 }, d: true } }), 'source 3 · event type 2 · a: 1 · d: true');
  assert.equal(sentence({ event_data: { x: 12345678901234567890n } }), 'source 3 · event type 2 · x: 12345678901234567890');
  assert.equal(sentence({ event_type_id: 'order.approved', source_id: 'ann' }), 'ann · order.approved');
});

test('names and templates come before ids', () => {
  const names = { event_type: 'Changed', source: 'Ann Lee', source_type: 'User' };
  const event_data = { field: 'status', from: 'draft', to: 'approved' };
  assert.equal(sentence({ names, event_data }), 'Ann Lee changed status draft → approved');
  const template = '{source} set {data.field} of {record} to {data.to} {{now}}';
  assert.equal(sentence({ names: { ...names, template }, event_data }), 'Ann Lee set status of record 7 to approved {now}');
  const own = new Map([['2', 'Mine: {data.to}']]);
  assert.equal(plainSentence(sentenceOf(event({ names: { ...names, template }, event_data }), en, own), en), 'Mine: approved');
});

test('a key "names" that a sender has sent is no name', () => {
  assert.equal(sentence({ names: ['Ann'] as JsonValue, event_data: null }), 'source 3 · event type 2');
  assert.equal(sentence({ names: { source: 7 } as JsonValue, event_data: null }), 'source 3 · event type 2');
});

test('many changes are counted', () => {
  const changes = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, [1, 2]]));
  assert.equal(sentence({ event_data: { changes } }), 'source 3 changed a 1 → 2, b 1 → 2 and 3 more fields');
  const brief = plainSentence(briefSentence(event({ event_data: { changes } }), en), en);
  assert.equal(brief, 'source 3 changed a, b, c and 2 more fields');
});

test('a template that is not whole is a text, and a path that leads nowhere a dash', () => {
  assert.deepEqual(readTemplate('a {b'), [{ text: 'a {b' }]);
  assert.equal(textAt(event({ event_data: { a: { b: null } } }), 'data.a.b'), '–');
  assert.equal(textAt(event({ event_data: { a: { b: 1 } } }), 'data.x|data.a.b'), '1');
  assert.equal(textAt(event({ event_data: { constructor: 1 } }), 'data.toString'), '–');
  assert.equal(textAt(event({ region: 'eu' }), 'field.region'), 'eu');
});

test('of a long text the words that changed are found', () => {
  const pieces = wordDifferences('the red fox runs', 'the blue fox runs');
  assert.deepEqual(
    pieces?.map(({ kind, text }) => `${kind} ${text}`),
    ['same the ', 'removed red', 'added blue', 'same  fox runs'],
  );
  assert.equal(wordDifferences('entirely one thing', 'something else: 7'), undefined);
  assert.equal(wordDifferences('a '.repeat(2000), 'b '.repeat(2000)), undefined);
});
