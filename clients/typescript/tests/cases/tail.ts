import { Annals, AuthenticationError, NotFoundError, type TailItem } from '../../src/index.js';
import { StreamParser } from '../../src/events/event_stream.js';
import { Reconnection } from '../../src/events/reconnection.js';
import { BadRequestError, ConnectionError } from '../../src/errors.js';
import { event, Reader } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted, stream } from '../support/scripted.js';
import { test } from '../support/suite.js';

const LARGEST = 2n ** 64n - 1n;
const EVENT =
  '{"event_id":"e","event_type_id":1,"record_id":18446744073709551615,"source_type_id":1,"source_id":1,"event_data":0}';

test('new events are given as they come, of the filter only', async (stage) => {
  const client = await stage.tenant();
  const reader = new Reader(client.events.tail({ record_id: [LARGEST, 8] }));
  try {
    same((await reader.next())?.type, 'live');
    const sent = [event({ record_id: LARGEST }), event({ record_id: 5 }), event({ record_id: 8 })];
    for (const one of sent) await client.events.create(one);

    const got = await reader.events(2);

    same(
      got.map((one) => [one.event_id, one.record_id]),
      [
        [sent[0]?.event_id, LARGEST],
        [sent[2]?.event_id, 8n],
      ],
    );
  } finally {
    await reader.close();
  }
});

test('a tail begins at the beginning, or after a place that was kept', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany([1, 2, 3].map((record_id) => event({ record_id })));
  const reader = new Reader(client.events.tail({}, { cursor: '' }));
  same(
    (await reader.events(3)).map((one) => one.record_id),
    [1n, 2n, 3n],
  );
  await reader.close();
  // The third event was given, but nobody said that it had been finished with.
  const again = new Reader(client.events.tail({}, { cursor: reader.tail.cursor as string }));
  try {
    same(
      (await again.events(1)).map((one) => one.record_id),
      [3n],
    );
  } finally {
    await again.close();
  }
});

test('over a kill and a start of the service no event is lost or given twice', async (stage) => {
  const client = await stage.tenant();
  const reader = new Reader(client.events.tail());
  try {
    await reader.until('live');
    await client.events.create(event({ record_id: 1 }));
    same(
      (await reader.events(1)).map((one) => one.record_id),
      [1n],
    );

    await stage.order('kill');
    const reconnect = await reader.until('reconnect');
    await stage.order('start');
    await client.events.create(event({ record_id: 2 }));
    await reader.until('live');
    await client.events.create(event({ record_id: 3 }));

    same(
      (await reader.events(2)).map((one) => one.record_id),
      [2n, 3n],
    );
    expect(
      reconnect.error instanceof ConnectionError && reconnect.delay >= 500 && reconnect.delay <= 3000,
      'a failure, and a first pause of half to all of the 1 to 3 s that the service says',
    );
  } finally {
    await reader.close();
  }
});

test('a connection that breaks again and again gives every event once', async (stage) => {
  const client = await stage.tenant();
  await client.events.createMany(Array.from({ length: 6 }, (_, i) => event({ record_id: i })));
  const reader = new Reader(client.forClient(client.clientId as string).events.tail({}, { cursor: '' }));
  const wired = new Reader(
    stage.client({ baseUrl: stage.given.wire, clientId: client.clientId as string }).events.tail({}, { cursor: '' }),
  );
  try {
    const got = [];
    for (let i = 0; i < 6; i++) {
      got.push(...(await wired.events(1)));
      if (i % 3 === 0) await stage.order('cut');
    }
    same(got, await reader.events(6));
  } finally {
    await reader.close();
    await wired.close();
  }
});

test('leaving the loop, closing and aborting end a tail, each in its way', async (stage) => {
  const client = await stage.tenant();
  await client.events.create(event());
  for await (const one of client.events.tail({}, { cursor: '' }).events()) {
    same(one.record_id, 7n);
    break;
  }
  const closed = new Reader(client.events.tail());
  await closed.until('live');
  const waiting = closed.next();
  closed.tail.close();
  same(await waiting, undefined);

  const controller = new AbortController();
  const aborted = new Reader(client.events.tail({}, { signal: controller.signal }));
  await aborted.until('live');
  const interrupted = aborted.next();
  controller.abort();
  same((await rejection(interrupted, DOMException)).name, 'AbortError');
});

test('a tail that is refused ends with the reason', async (stage) => {
  const reader = new Reader(stage.client({ clientId: '00000000-0000-4000-8000-000000000000' }).events.tail());
  await rejection(reader.next(), BadRequestError);
  const { client } = scripted([json(404, { detail: 'Not Found' })]);
  await rejection(new Reader(client.events.tail()).next(), NotFoundError);
  const stranger = new Reader(stage.client({ apiKey: 'not-the-key-of-it' }).events.tail());
  await rejection(stranger.next(), AuthenticationError);
});

test('a tail whose token was revoked gets another one and misses nothing', async (stage) => {
  const owner = await stage.tenant();
  const reader = await stage.client().keys.create({ name: 'makes tokens', role: 'read' });
  const makers = [stage.client({ apiKey: reader.key }), owner];
  const viewer = new Annals({
    baseUrl: stage.given.api,
    viewerToken: () =>
      (makers.shift() as Annals).viewerTokens.create({ client_id: owner.clientId as string, filter: {} }),
  });
  const tail = new Reader(viewer.events.tail());
  try {
    await tail.until('live');
    await stage.client().keys.delete(reader.key_id);
    await owner.events.create(event({ record_id: 1 }));

    same(
      (await tail.events(1)).map((one) => one.record_id),
      [1n],
    );
    same(makers.length, 0);
  } finally {
    await tail.close();
  }
});

test('a gap is given to the reader, with the place after it', async () => {
  const { client } = scripted([
    stream([`id: a\n\nevent: gap\nid: b\ndata: {"lost":3}\n\nid: c\ndata: ${EVENT}\n\n`], 'stays open'),
  ]);
  const tail = client.events.tail();
  const reader = new Reader(tail);

  const items = [await reader.next(), await reader.next(), await reader.next()] as TailItem[];

  same(
    items.map((item) => [item.type, (item as { cursor?: string }).cursor]),
    [
      ['live', 'a'],
      ['gap', 'b'],
      ['event', 'c'],
    ],
  );
  same(tail.cursor, 'b', 'the last item that was finished with:');
  await reader.close();
});

test('a connection resumes after the last item that was finished with', async () => {
  const block = (id: string) => `id: ${id}\ndata: ${EVENT}\n\n`;
  const { client, sent } = scripted([
    stream([`id: a\n\n${block('b')}${block('c')}`], 'breaks'),
    stream([block('c')], 'stays open'),
  ]);
  const reader = new Reader(client.events.tail({ record_id: 7 }));

  const types = [];
  for (let i = 0; i < 5; i++) types.push((await reader.next())?.type);

  same(types, ['live', 'event', 'event', 'reconnect', 'event']);
  const asked = sent.map(({ url }) => [url.searchParams.get('cursor'), url.searchParams.get('record_id')]);
  same(asked, [
    [null, '7'],
    ['c', '7'],
  ]);
  await reader.close();
});

test('a stream that ends in order is opened again at once; one that has not served is not', async () => {
  const serving = () => stream([`id: a\n\nid: b\ndata: ${EVENT}\n\n`], 'ends');
  const { client } = scripted([serving(), stream(['id: b\n\n'], 'ends'), stream(['id: b\n\n'], 'stays open')]);
  const reader = new Reader(client.events.tail());

  const [first, second] = [await reader.until('reconnect'), await reader.until('reconnect')];

  same([first.delay, first.error], [0, undefined]);
  expect(second.delay >= 500, 'a pause, so that nothing goes round in circles');
  await reader.close();
});

test('a silent stream is taken for dead', async () => {
  const { client } = scripted([stream(['id: a\n\n'], 'stays open'), stream(['id: a\n\n'], 'stays open')]);
  const reader = new Reader(client.events.tail({}, { silence: 50 }));

  const { error } = await reader.until('reconnect');

  expect(error instanceof ConnectionError && error.message.includes('silent for 50 ms'), String(error));
  await reader.close();
});

test('a reader that takes its time is not taken for a silent stream', async () => {
  const { client } = scripted([stream(['id: a\n\n', `id: b\ndata: ${EVENT}\n\n`], 'stays open')]);
  const reader = new Reader(client.events.tail({}, { silence: 50 }));
  await reader.until('live');

  await new Promise((resolve) => setTimeout(resolve, 150));

  same((await reader.next())?.type, 'event');
  await reader.close();
});

test('a token that is about to expire is replaced before the stream ends', async () => {
  let asked = 0;
  const options = { apiKey: () => `key-number-${++asked}` };
  const { client, sent } = scripted(
    [stream(['id: a\n\nevent: token_expiring\ndata: {}\n\n'], 'stays open'), stream(['id: a\n\n'], 'stays open')],
    options,
  );
  const reader = new Reader(client.events.tail());

  same(
    [(await reader.next())?.type, (await reader.next())?.type, (await reader.next())?.type],
    ['live', 'reconnect', 'live'],
  );
  same(
    sent.map((one) => one.headers.get('x-api-key')),
    ['key-number-1', 'key-number-2'],
  );
  await reader.close();
});

test('a tail gives up after as many failures as it was told', async () => {
  const { client, sent } = scripted([json(503, {}), json(503, {}), json(503, {})]);
  const reader = new Reader(client.events.tail({}, { maxReconnects: 1 }));

  same((await reader.next())?.type, 'reconnect');
  await rejection(reader.next(), Error);
  same(sent.length, 2);
});

test('pauses double from 1 s to 30 s, are cut by up to a half, and are forgotten after a minute', () => {
  const broken = new ConnectionError('x');
  const whole = new Reconnection();
  same(
    [0, 1, 2, 3, 4, 5, 6].map(() => whole.afterFailure(broken, 0, 0)),
    [1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000),
  );
  same([whole.afterFailure(broken, 59_999, 1), whole.afterFailure(broken, 60_000, 1)], [15_000, 500]);
  same(whole.afterEnd(1_000, false, 0), 0);
  const asked = new Reconnection();
  asked.setFirstDelay(3_000);
  same(asked.afterFailure(broken, 0, 0), 3_000);
});

test('blocks of a stream are found however the bytes are cut', () => {
  const text = `: comment\r\nid: 1\r\ndata: ä日\r\n\r\nevent: gap\rdata:a\rdata: b\r\rid: 2\n\n:\n\nretry: 50\ndata\n\ndata: unfinished`;
  const bytes = new TextEncoder().encode(text);
  const whole = new StreamParser().push(bytes);

  same(whole, [
    { event: 'message', id: '1', data: 'ä日', retry: undefined },
    { event: 'gap', id: '1', data: 'a\nb', retry: undefined },
    { event: 'message', id: '2', data: undefined, retry: undefined },
    { event: 'message', id: '2', data: '', retry: 50 },
  ]);
  for (const size of [1, 2, 3, 7]) {
    const parser = new StreamParser();
    const found = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...parser.push(bytes.subarray(at, at + size)));
    same(found, whole, `in parts of ${size}:`);
  }
});
