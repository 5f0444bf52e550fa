import type { AnnalsEvent } from '../../src/index.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

const MANY = 3500;

test('all of several thousand events are read once and in order, page by page', async (stage) => {
  const client = await stage.tenant();
  const sent = Array.from({ length: MANY }, (_, i) =>
    event({ record_id: i % 5, event_time: new Date(1.6e12 + i), event_data: i }),
  );
  const totals = await client.events.createMany(sent);
  same([totals.accepted, totals.duplicates, totals.refused], [MANY, 0, 0]);

  const found: unknown[] = [];
  for await (const one of client.events.list({ ordering: 'event_time', limit: 1000 })) found.push(one.event_data);
  same(
    found,
    sent.map((one) => one.event_data),
  );

  const sizes: number[] = [];
  for await (const page of client.events.list({ limit: 999, record_id: [1, 2] }).byPage()) sizes.push(page.data.length);
  same(sizes, [999, 401]);

  const arrived = await client.events.list({ ordering: 'arrival', limit: 1000 }).toArray({ limit: MANY + 1 });
  same(
    arrived.map((one) => one.event_data),
    found,
    'in the order of arrival:',
  );

  const byOffset: unknown[] = [];
  const first = await client.events.list({ ordering: 'event_time', limit: 1000, offset: 0 });
  same([first.total_count, first.filtered_count, first.limit], [MANY, MANY, 1000]);
  for (let page = first; ; page = await page.getNextPage()) {
    byOffset.push(...page.data.map((one) => one.event_data));
    if (!page.hasNextPage()) break;
  }
  same(byOffset, found, 'by offset:');
});

test('an awaited list is its first page, from which the others are reached', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany(Array.from({ length: 5 }, () => event()));

  const first = await client.events.list({ limit: 2 });
  const second = await first.getNextPage();
  const third = await second.getNextPage();

  same(
    [first, second, third].map((page) => [page.data.length, page.hasNextPage()]),
    [
      [2, true],
      [2, true],
      [1, false],
    ],
  );
  same([first.total_count, first.filtered_count], [null, null]);
  expect(first.requestId !== second.requestId, 'an id of each request');
  await rejection(third.getNextPage(), RangeError);
});

test('a poller in the order of arrival resumes where it was and misses nothing', async (stage) => {
  const client = await stage.tenant();
  const poll = async (cursor: string): Promise<[AnnalsEvent[], string]> => {
    const events: AnnalsEvent[] = [];
    let next = cursor;
    for await (const page of client.events.list({ ordering: 'arrival', cursor, limit: 2 }).byPage()) {
      events.push(...page.data);
      next = page.cursor ?? next;
    }
    return [events, next];
  };
  await client.events.createMany([event({ record_id: 1 }), event({ record_id: 2 }), event({ record_id: 3 })]);

  const [first, cursor] = await poll('');
  const [nothing, same_place] = await poll(cursor);
  await client.events.create(event({ record_id: 4, event_time: '1999-01-01T00:00:00Z' }));
  const [late] = await poll(same_place);

  same(
    [first, nothing, late].map((events) => events.map((one) => one.record_id)),
    [[1n, 2n, 3n], [], [4n]],
  );
});

test('filters that change after the call do not change the list', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany([event({ record_id: 1 }), event({ record_id: 1 }), event({ record_id: 2 })]);
  const filters = { record_id: [1], limit: 1 };

  const list = client.events.list(filters);
  filters.record_id.push(2);

  same(
    (await list.toArray({ limit: 10 })).map((one) => one.record_id),
    [1n, 1n],
  );
});

test('no page is asked for before the one before has been taken, and leaving ends it', async () => {
  const page = (next: string | null) =>
    json(200, { limit: 1, offset: 0, next, results: [{ event_id: 'e', record_id: 1 }] });
  const { client, sent } = scripted([
    page('https://elsewhere.example/x?cursor=a%26b'),
    page('https://elsewhere.example/x?cursor=c'),
  ]);

  let seen = 0;
  for await (const one of client.events.list({ record_id: 1 })) {
    expect(one.record_id === 1n, 'the event');
    same(sent.length, ++seen);
    if (seen === 2) break;
  }

  const asked = sent.map(({ url }) => [url.host, url.searchParams.get('cursor'), url.searchParams.get('record_id')]);
  same(
    asked,
    [
      ['annals.example', '', '1'],
      ['annals.example', 'a&b', '1'],
    ],
    'the key goes to the configured address only:',
  );
});

test('an abort ends a list with the reason that was given', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany([event(), event(), event()]);
  const controller = new AbortController();

  const error = await rejection(async () => {
    for await (const _ of client.events.list({ limit: 1 }, { signal: controller.signal })) controller.abort();
  }, DOMException);

  same(error.name, 'AbortError');
});

test('tenants and keys are listed by offset', async (stage) => {
  const client = stage.client();
  const made = [];
  for (let i = 0; i < 3; i++) made.push(await client.keys.create({ name: `of a list ${i}`, role: 'read' }));

  const ids = new Set<string>();
  for await (const key of client.keys.list({ limit: 2 })) ids.add(key.key_id);
  for (const { key_id } of made) {
    expect(ids.has(key_id), 'each key');
    await client.keys.delete(key_id);
  }
  const tenant = await stage.tenant();
  const all = await client.tenants.list({ limit: 1 }).toArray({ limit: 1000 });
  expect(
    all.some((one) => one.client_id === tenant.clientId),
    'the tenant in the list',
  );
});
