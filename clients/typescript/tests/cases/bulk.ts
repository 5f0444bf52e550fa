import { BulkInterruptedError, type BulkOutcome, type NewEvent, PermissionDeniedError } from '../../src/index.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

test('each event of many has its outcome, and the valid ones are stored', async (stage) => {
  const client = await stage.tenant();
  const events: NewEvent[] = Array.from({ length: 2500 }, (_, i) => event({ record_id: i }));
  events[3] = event({ record_id: -5n });
  events[1200] = event({ event_time: 'never' });
  events[2000] = event({ record_id: 2 ** 60 });

  const outcomes: BulkOutcome[] = [];
  const bulk = client.events.createMany(events);
  for await (const outcome of bulk) outcomes.push(outcome);

  same(
    outcomes.map((one) => one.index),
    events.map((_, index) => index),
  );
  same(
    outcomes.map((one) => one.event_id),
    events.map((one) => one.event_id),
  );
  const refused = outcomes.filter((one) => one.state === 'refused');
  same(
    refused.map((one) => [one.index, one.detail[0]?.loc.at(-1)]),
    [
      [3, 'record_id'],
      [1200, 'event_time'],
      [2000, 'body'],
    ],
  );
  same([bulk.totals.accepted, bulk.totals.refused, bulk.totals.errors.length], [2497, 3, 3]);
  same((await client.events.count()).total_count, 2497);
});

test('a thousand invalid events are all named', async (stage) => {
  const client = await stage.tenant();
  const events = Array.from({ length: 1500 }, (_, i) => event(i % 3 === 0 ? {} : { source_id: -1n }));

  const states: string[] = [];
  for await (const { state } of client.events.createMany(events)) states.push(state);

  same(
    states,
    events.map((_, i) => (i % 3 === 0 ? 'stored' : 'refused')),
  );
});

test('events may come from an asynchronous source, and are taken one request ahead at most', async (stage) => {
  const client = await stage.tenant();
  let taken = 0;
  async function* source() {
    for (; taken < 10; taken++) yield event();
  }

  const most: number[] = [];
  for await (const { index } of client.events.createMany(source(), { batchSize: 2 })) most.push(taken - index);

  expect(Math.max(...most) <= 3, `that at most a request and an event are taken ahead, got ${Math.max(...most)}`);
  same((await client.events.count()).total_count, 10);
});

test('events that are sent again are duplicates', async (stage) => {
  const client = await stage.tenant();
  const events = [event(), event()];

  const [first, second] = [await client.events.createMany(events), await client.events.createMany(events)];

  same([first.accepted, first.duplicates, second.accepted, second.duplicates], [2, 0, 0, 2]);
});

test('a request that fails says up to where the outcome is known', async () => {
  const { client } = scripted([
    json(201, { accepted: 2, duplicates: 0, errors: [] }),
    json(403, { detail: 'Client is suspended.' }),
  ]);

  const error = await rejection(
    client.events.createMany([event(), event(), event()], { batchSize: 2 }),
    BulkInterruptedError,
  );

  same([error.firstUnknown, error.totals.accepted], [2, 2]);
  expect(error.cause instanceof PermissionDeniedError, 'the reason as its cause');
});

test('many events are sent once', async () => {
  const { client, sent } = scripted([json(201, { accepted: 1, duplicates: 0, errors: [] })]);
  const bulk = client.events.createMany([event()]);

  same([(await bulk).accepted, (await bulk).accepted, sent.length], [1, 1, 1]);
  await rejection(async () => {
    for await (const _ of bulk);
  }, TypeError);
});

test('nothing to send is nothing sent', async () => {
  const { client, sent } = scripted([]);

  same([(await client.events.createMany([])).accepted, sent.length], [0, 0]);
});
