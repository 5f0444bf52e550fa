import { type EventFilters, NotFoundError, UnprocessableEntityError, UnsafeNumberError } from '../../src/index.js';
import { event, uuid } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

const LARGEST = 2n ** 64n - 1n;

test('an event comes back as it was sent, with ids of all 64 bits', async (stage) => {
  const client = await stage.tenant();
  const data = { huge: LARGEST, ['ä']: [1, null, 'x'], small: 7, float: 0.1 };
  const sent = event({
    record_id: LARGEST,
    source_id: 2n ** 53n + 1n,
    event_type_id: 2 ** 32 - 1,
    event_data: data,
    mine: { n: 2n ** 60n },
  });

  const created = await client.events.create(sent);

  same(created, { event_id: sent.event_id, accepted: 1, duplicates: 0 });
  const found = await client.events.get(sent.event_id);
  const ids = { record_id: LARGEST, source_id: 9007199254740993n, event_type_id: 4294967295n, source_type_id: 2n };
  same(found, { ...sent, ...ids, file_id: null });
});

test('neighbours that a number would round to one id are told apart', async (stage) => {
  const client = await stage.tenant();
  const records = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, LARGEST - 1n, LARGEST, 0n];
  for (const record_id of records) await client.events.create(event({ record_id }));

  for (const record_id of records) {
    const [found, ...others] = await client.events.list({ record_id }).toArray({ limit: 10 });
    same([found?.record_id, others], [record_id, []]);
  }
  const both = client.events.list({ record_id: [LARGEST, 0], ordering: 'event_time' });
  same((await both.toArray({ limit: 10 })).map((one) => one.record_id).sort(), [0n, LARGEST]);
});

test('ids that are texts come back as texts, and find their records beside the integers of the same digits', async (stage) => {
  const client = await stage.tenant();
  const records = ['ORD-17', '17', 17n, '"quoted"', '\\', '-1', '01', 'заказ 7', '1e3'];
  for (const record_id of records) await client.events.create(event({ record_id }));

  for (const record_id of records) {
    const found = await client.events.list({ record_id }).toArray({ limit: 10 });
    same([record_id, found.map((one) => one.record_id)], [record_id, [record_id]]);
  }
});

test('an id that came back finds its record again, and an event can be sent as it came', async (stage) => {
  const client = await stage.tenant();
  await client.events.create(event({ record_id: LARGEST, more: 'of mine' }));
  const [found] = await client.events.list().toArray({ limit: 1 });
  expect(found !== undefined, 'an event');

  same((await client.events.list({ record_id: found.record_id, source_id: found.source_id })).data, [found]);
  same((await client.events.create(found)).duplicates, 1);
});

test('a number that is not exact is refused before anything is sent', async () => {
  const { client, sent } = scripted([]);
  for (const record_id of [2 ** 53, 18446744073709551615, 1.5, NaN, Infinity]) {
    await rejection(client.events.create(event({ record_id })), UnsafeNumberError);
    await rejection(() => client.events.list({ record_id: [1, record_id] }), UnsafeNumberError);
    await rejection(() => client.events.tail({ source_id: record_id }), UnsafeNumberError);
    await rejection(
      () => client.viewerTokens.create({ client_id: 'c', filter: { record_id: [record_id] } }),
      UnsafeNumberError,
    );
  }
  await rejection(client.events.create(event({ event_data: { a: NaN } })), TypeError);
  same(sent.length, 0);
});

test('a text is sent as a text, an integer as an integer, and both come back as they are', async () => {
  const answer =
    '{"event_id":"e","event_type_id":"shipped","record_id":"17","source_id":17,"source_type_id":2,"event_data":{"record_id":3},"file_id":null}';
  const { client, sent } = scripted([json(201, { accepted: 1, duplicates: 0, errors: [] }), json(200, answer)]);

  await client.events.create(event({ record_id: '17', source_id: 17, source_type_id: 17n }));
  const found = await client.events.get('e');

  const body = JSON.parse(sent[0]?.body ?? '') as Record<string, unknown>;
  same([body['record_id'], body['source_id'], body['source_type_id']], ['17', 17, 17]);
  same([found.event_type_id, found.record_id, found.source_id], ['shipped', '17', 17n]);
  same(found.event_data, { record_id: 3 }, 'ids are restored in the event, and not in its data:');
});

test('the client makes the event_id, and the service the time', async (stage) => {
  const client = await stage.tenant();

  const { event_id } = await client.events.create({
    event_type_id: 1,
    record_id: 2,
    source_type_id: 3,
    source_id: 4,
    event_data: null,
  });

  expect(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(event_id), 'a UUID of version 4');
  const found = await client.events.get(event_id);
  expect(Math.abs(Date.parse(found.event_time) - Date.now()) < 60_000, 'a time of now');
});

test('of an id that is there the first content stays, and the answer says so', async (stage) => {
  const client = await stage.tenant();
  const first = event();

  await client.events.create(first);
  const second = await client.events.create({ ...first, event_data: 'other' });

  same(second, { event_id: first.event_id, accepted: 0, duplicates: 1, conflicts: 1 });
  same((await client.events.get(first.event_id)).event_data, ['string']);
});

test('an invalid event is an error that lists all problems', async (stage) => {
  const client = await stage.tenant();

  const error = await rejection(
    client.events.create(event({ record_id: -1n, event_time: 'yesterday' })),
    UnprocessableEntityError,
  );

  expect(Array.isArray(error.detail), 'a list of problems');
  same(error.detail.map((problem) => problem.loc.at(-1)).sort(), ['event_time', 'record_id']);
  same([error.code, error.status, error.method, error.path], ['invalid', 422, 'POST', '/api/events']);
  expect(error.message.includes('record_id'), 'that the message names the field');
});

test('an event that is not there is NotFoundError', async (stage) => {
  const client = await stage.tenant();

  const error = await rejection(client.events.get(uuid()), NotFoundError);

  same([error.detail, error.code], ['Event not found.', 'not_found']);
  expect(error.message.startsWith('Event not found.'), "that the message begins with the service's sentence");
});

test('events are counted, in all and in groups', async (stage) => {
  const client = await stage.tenant();
  const days = ['2022-11-10T10:00:00Z', '2022-11-10T23:00:00Z', '2022-11-11T00:00:00Z'];
  await client.events.createMany(days.map((event_time) => event({ event_time, record_id: LARGEST })));
  await client.events.create(event({ record_id: 1, event_time: new Date(0) }));

  same(await client.events.count({ record_id: LARGEST }), { total_count: 4, filtered_count: 3 });
  const groups = await client.events.countBy({
    bucket: 'day',
    by: ['record_id'],
    event_time_from: new Date('2022-01-01T00:00:00Z'),
  });
  same(groups, {
    results: [
      { time: '2022-11-10T00:00:00Z', record_id: LARGEST, count: 2 },
      { time: '2022-11-11T00:00:00Z', record_id: LARGEST, count: 1 },
    ],
    more: false,
  });
});

test('an export is a stream, line by line what the pages have', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany([event({ record_id: 1 }), event({ record_id: 2 }), event({ record_id: 3 })]);

  const exported = await client.events.export({ record_id: [1, 3] });

  const lines = (await new Response(exported.body).text()).trimEnd().split('\n');
  same(
    lines.map((line) => (JSON.parse(line) as { record_id: number }).record_id),
    [1, 3],
  );
  expect(exported.requestId !== '', 'an id of the request');
});

test('an answer comes with what belongs to it', async (stage) => {
  const client = await stage.tenant();
  const sent = event({ event_data: { n: 1.0 } });
  await client.events.create(sent);

  const { data, requestId, status, text, headers } = await client.events.get(sent.event_id).withResponse();

  same([data.event_id, status], [sent.event_id, 200]);
  expect(
    text.includes(sent.event_id) && requestId === headers.get('x-request-id'),
    'the body as it came, and the id of the request',
  );
});

test('events are found by fields of what they were sent with', async (stage) => {
  const client = await stage.tenant();
  const sent = [
    event({ event_data: { status: 'approved', user: { id: 7 } } }),
    event({ event_data: { status: 'draft', user: { id: '7' } }, region: 'eu' }),
  ];
  for (const one of sent) await client.events.create(one);
  const found = async (filters: EventFilters) => (await client.events.list(filters)).data.map((one) => one.event_id);

  same(await found({ 'data.status': 'approved' }), [sent[0]?.event_id]);
  same(await found({ 'data.user.id': '"7"' }), [sent[1]?.event_id]);
  same(await found({ 'data.status': ['approved', 'other'], 'data.user.id': 7 }), [sent[0]?.event_id]);
  same(await found({ 'field.region': 'eu' }), [sent[1]?.event_id]);
});
