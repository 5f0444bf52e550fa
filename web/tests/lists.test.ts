import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnnalsEvent } from 'annals-client';
import { NO_FILTERS, readFilters, withFilter, withoutFilter, writeFilters } from '../timeline/filters/filters.js';
import { frozen, momentOf } from '../timeline/filters/moments.js';
import { kindOf, typeOf } from '../timeline/files/kinds.js';
import { nameIn } from '../timeline/files/preview.js';
import { filled, widthFor } from '../timeline/pages/buckets.js';
import { EventPages } from '../timeline/pages/event_pages.js';
import { Windowing } from '../timeline/view/windowing.js';

const day = (time: Date): string => time.toISOString().slice(0, 10);

function events(from: number, count: number): AnnalsEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    event_id: `id-${from + index}`,
    event_time: new Date(Date.UTC(2026, 0, 1) - (from + index) * 3_600_000).toISOString(),
    event_type_id: 1n,
    record_id: 1n,
    source_type_id: 1n,
    source_id: 1n,
    event_data: null,
    file_id: null,
  }));
}

/** A history of so many events, in pages of ten. */
function history(total: number, asked: string[] = []) {
  return async (cursor: string) => {
    asked.push(cursor);
    const from = cursor === '' ? 0 : Number(cursor);
    const page = events(from, Math.min(10, total - from));
    return { events: page, next: from + 10 < total ? String(from + 10) : undefined };
  };
}

test('a list grows at its end, keeps what is near, and reads again what it gave up', async () => {
  const asked: string[] = [];
  const pages = new EventPages(history(1000, asked), day, () => undefined);
  for (let page = 0; page < 40; page++) await pages.more();
  const length = pages.length;
  pages.show(length - 20, length - 5);
  assert.ok(pages.kept < 250, `expected that far pages are given up, ${pages.kept} rows are kept`);
  assert.equal(pages.at(3), undefined);
  pages.show(0, 10);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pages.at(1)?.key, 'id-0');
  assert.equal(pages.length, length, 'expected every row in its place');
  assert.equal(asked.filter((cursor) => cursor === '').length, 2);
});

test('each day has one heading, also where pages meet', async () => {
  const pages = new EventPages(history(60), day, () => undefined);
  while (!pages.isWhole) await pages.more();
  const keys = Array.from({ length: pages.length }, (_, index) => pages.at(index)).filter((row) => row?.kind === 'day').map((row) => row?.key);
  assert.deepEqual(keys, [...new Set(keys)]);
  assert.equal(pages.length, 60 + keys.length);
});

test('an error stops the list until somebody asks again', async () => {
  let isBroken = true;
  const pages = new EventPages(
    async (cursor) => {
      if (isBroken) throw new Error('away');
      return history(30)(cursor);
    },
    day,
    () => undefined,
  );
  await pages.more();
  assert.match(String(pages.error), /away/);
  pages.show(0, 10);
  assert.equal(pages.length, 0);
  isBroken = false;
  await pages.more();
  assert.equal(pages.error, undefined);
  assert.ok(pages.length > 0);
});

test('new events come into their order, once', async () => {
  const pages = new EventPages(history(20), day, () => undefined);
  await pages.more();
  const before = pages.length;
  const [late] = events(5, 1) as [AnnalsEvent];
  const fresh = { ...late, event_id: 'fresh' };
  assert.ok(pages.add([fresh, late]));
  assert.ok(pages.add([fresh]));
  assert.equal(pages.length, before + 1);
  assert.ok(pages.find('fresh') !== undefined);
});

test('a view of millions of rows is never higher than a browser can draw', () => {
  const windowing = new Windowing(40);
  const length = 2_000_000;
  let scrollTop = 0;
  for (let step = 0; step < 100; step++) {
    const shifted = windowing.shifted(length, scrollTop);
    const before = windowing.window(length, scrollTop, 800, 0);
    assert.ok(before.height <= 12_000_000);
    scrollTop = (shifted ?? scrollTop) + 3_000_000;
    scrollTop = Math.min(scrollTop, 11_999_000);
  }
  const { last } = windowing.window(length, scrollTop, 800, 0);
  assert.ok(last > 1_000_000, `expected to come to the second million, came to ${last}`);
});

test('filters come back from a URL as they were', () => {
  let filters = withFilter(NO_FILTERS, { kind: 'q', text: '"a phrase" лес & more' });
  filters = withFilter(filters, { kind: 'time', from: '-24h', to: '' });
  for (const id of [7n, '17', 'ORD-1', '"x']) filters = withFilter(filters, { kind: 'id', name: 'record_id', id });
  filters = withFilter(filters, { kind: 'field', name: 'data."a.b".c', value: '=&?' });
  assert.deepEqual(readFilters(new URLSearchParams(writeFilters(filters).toString())), filters);
  const one = withoutFilter(filters, { kind: 'id', name: 'record_id', id: '17' });
  assert.deepEqual(one.ids.record_id, [7n, 'ORD-1', '"x']);
  assert.deepEqual(readFilters(new URLSearchParams('event_id=1&data=2&record_id=&x=y')), NO_FILTERS);
});

test('a time that moves is another moment each time, unless it is frozen', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  assert.equal(momentOf('-24h', now)?.toISOString(), '2026-11-26T12:00:00.000Z');
  assert.equal(frozen('-1w', now), '2026-11-20T12:00:00.000Z');
  assert.equal(momentOf('-5y', now), undefined);
  assert.equal(momentOf('', now), undefined);
});

test('every bucket between two times has a bar', () => {
  const from = new Date('2026-11-01T00:00:00Z');
  const to = new Date('2026-11-11T00:00:00Z');
  assert.equal(widthFor(from, to), 'day');
  assert.equal(widthFor(from, new Date(from.getTime() + 3_600_000)), 'minute');
  const bars = filled([{ time: '2026-11-03T00:00:00Z', count: 5 }], 'day', from, to);
  assert.deepEqual(bars.map((bar) => bar.count), [0, 0, 5, 0, 0, 0, 0, 0, 0, 0]);
  assert.equal(bars[9]?.end.toISOString(), to.toISOString());
  // A day of 25 hours makes no second bar.
  const autumn = filled(
    [{ time: '2026-10-25T00:00:00+02:00', count: 1 }, { time: '2026-10-26T00:00:00+01:00', count: 2 }],
    'day',
    new Date('2026-10-24T22:00:00Z'),
    new Date('2026-10-26T23:00:00Z'),
  );
  assert.deepEqual(autumn.map((bar) => bar.count), [1, 2]);
});

test('a file is shown as what it is, not as what it says', () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  assert.equal(typeOf('image/png', text('<svg onload=alert(1)>')), 'text/plain');
  assert.equal(typeOf('application/octet-stream', text('%PDF-1.7')), 'application/pdf');
  assert.equal(typeOf('text/html', text('<script>')), 'text/html');
  assert.equal(kindOf('text/html'), 'text');
  assert.equal(kindOf('image/svg+xml'), 'text');
  assert.equal(typeOf(undefined, new Uint8Array([0, 1, 2])), 'application/octet-stream');
  assert.equal(nameIn(`attachment; filename="___.txt"; filename*=UTF-8''%E8%A6%8B.txt`), '見.txt');
  assert.equal(nameIn('attachment; filename="a \\"b\\".txt"'), 'a "b".txt');
  assert.equal(nameIn(null), undefined);
});
