import {
  type Annals,
  AnnalsError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  InternalServerError,
  PermissionDeniedError,
  RateLimitError,
  TimeoutError,
} from '../../src/index.js';
import { retryAfter, retryDelay } from '../../src/http/retries.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

const BROKEN = new TypeError('fetch failed');

test('an event whose answer was lost is sent again with the same id, and stored once', async (stage) => {
  const client = await stage.tenant({ baseUrl: stage.given.wire });
  await client.events.create(event()); // a browser asks for permission once; that is not the answer to lose
  await stage.order('lose-answer');

  const created = await client.events.create({
    event_type_id: 1,
    record_id: 9,
    source_type_id: 1,
    source_id: 1,
    event_data: 1,
  });

  same(await stage.order('lost'), '1', 'answers that were lost:');
  same([created.accepted, created.duplicates], [0, 1], 'the first try has stored it:');
  same(
    (await client.events.list({ record_id: 9 })).data.map((one) => one.event_id),
    [created.event_id],
  );
});

test('many events whose answer was lost are stored once', async (stage) => {
  const client = await stage.tenant({ baseUrl: stage.given.wire });
  await client.events.createMany([event()]);
  await stage.order('lose-answer');

  const totals = await client.events.createMany([event({ record_id: 9 }), event({ record_id: 9 })]);

  same([await stage.order('lost'), totals.accepted, totals.duplicates], ['1', 0, 2]);
  same((await client.events.count({ record_id: 9 })).filtered_count, 2);
});

test('a tenant whose answer was lost is not made twice: the caller learns that nobody knows', async (stage) => {
  const client = stage.client({ baseUrl: stage.given.wire });
  await client.tenants.create({ database_name: '', client_label: '' }).catch(() => undefined);
  await stage.order('lose-answer');
  const name = `lost_${Date.now()}`;

  const error = await rejection(client.tenants.create({ database_name: name, client_label: name }), AnnalsError);

  same(await stage.order('lost'), '1');
  if ('document' in globalThis) {
    // Chromium itself sends a request again whose connection breaks after it was idle.
    same((error as BadRequestError).detail, 'Client already exist.');
  } else {
    expect(
      error instanceof ConnectionError && error.message.includes(error.requestId as string),
      'the id that the log has',
    );
  }
  same((await client.tenants.list({ database_name: name })).data.length, 1);
});

test('transient answers are repeated twice, others never', async () => {
  for (const status of [408, 429, 500, 502, 503, 507]) {
    const { client, sent } = scripted([json(status, {}), json(status, {}), json(200, { results: [] })]);
    await client.events.list();
    same(sent.length, 3, String(status));
  }
  for (const status of [400, 401, 403, 404, 409, 413, 422]) {
    const { client, sent } = scripted([json(status, {}), json(200, {})]);
    await client.events.create(event()).catch(() => undefined);
    same(sent.length, 1, String(status));
  }
});

test('the number of repetitions is that of the call, else that of the client', async () => {
  const { client, sent } = scripted([BROKEN, BROKEN, BROKEN], { maxRetries: 1 });

  await rejection(client.events.create(event(), { maxRetries: 0 }), ConnectionError);
  same(sent.length, 1);
  await rejection(client.events.create(event()), ConnectionError);
  same(sent.length, 3);
});

test('each try has an id of its own in the log, and the same body', async () => {
  const { client, sent } = scripted([BROKEN, json(503, {}), json(201, { accepted: 1, duplicates: 0 })]);

  await client.events.create({ event_type_id: 1, record_id: 9, source_type_id: 1, source_id: 1, event_data: 1 });

  const ids = sent.map((one) => one.headers.get('x-request-id') ?? '');
  same([new Set(ids).size, new Set(sent.map((one) => one.body)).size], [3, 1]);
  expect(
    ids.every((id) => /^[A-Za-z0-9._-]{1,128}$/.test(id)),
    'ids that the service takes',
  );
});

test('what makes something anew is sent once', async () => {
  const makers = [
    (client: ReturnType<typeof scripted>['client']) => client.tenants.create({ database_name: 'a', client_label: 'b' }),
    (client: ReturnType<typeof scripted>['client']) => client.tenants.rotateSecret('c', { overlap_seconds: 0 }),
    (client: ReturnType<typeof scripted>['client']) => client.keys.create({ name: 'k', role: 'read' }),
  ];
  for (const make of makers) {
    const { client, sent } = scripted([BROKEN]);
    await rejection(make(client), ConnectionError);
    same(sent.length, 1);
  }
});

test('what was deleted before a lost answer is deleted', async () => {
  const lost = [
    BROKEN,
    json(404, { detail: 'Key not found.' }),
    BROKEN,
    json(400, { detail: 'Failed to connect to tenant db.' }),
  ];
  const { client } = scripted([...lost, json(400, { detail: 'Failed to connect to tenant db.' })]);

  await client.keys.delete('k');
  await client.tenants.delete('c');
  await rejection(client.tenants.delete('c'), BadRequestError);
});

test('pauses double from 0.5 s to 8 s, and are cut at random by up to a half', () => {
  same(
    [0, 1, 2, 3, 4, 5, 20].map((retry) => retryDelay(retry, 1)),
    [500, 1000, 2000, 4000, 8000, 8000, 8000],
  );
  same(
    [0, 1, 20].map((retry) => retryDelay(retry, 0)),
    [250, 500, 4000],
  );
});

test('Retry-After is seconds or a date, and more than a minute is not waited for', () => {
  const now = Date.parse('2026-11-27T09:00:00Z');
  const asked = (value: string) => retryAfter(new Headers({ 'Retry-After': value }), now);
  same([asked('7'), asked('0'), asked('60')], [7000, 0, 60_000]);
  same([asked('Fri, 27 Nov 2026 09:00:05 GMT'), asked('Fri, 27 Nov 2026 08:00:00 GMT')], [5000, 0]);
  expect(asked('61') === Infinity && asked('soon') === undefined, 'Infinity, and undefined');
});

test('a pause that would outlast the call is not begun', async () => {
  const { client, sent } = scripted([
    json(429, { detail: 'Quota events_per_second of 100 is used up. Try again in 20 s.' }, { 'Retry-After': '20' }),
  ]);
  const begun = Date.now();

  const error = await rejection(client.events.create(event(), { timeout: 19_000 }), RateLimitError);

  same([error.retryAfter, sent.length], [20, 1]);
  expect(Date.now() - begun < 15_000, 'an answer at once');
});

test('a service that does not answer is a TimeoutError in time, whatever is called', async (stage) => {
  const client = await stage.tenant({ baseUrl: stage.given.wire, timeout: 300 });
  await stage.order('hold');
  try {
    const unwrap = (error: unknown) => Promise.reject((error as Error).cause);
    const calls = [
      () => client.events.create(event()),
      () => client.events.list(),
      () => client.events.count(),
      () => client.events.createMany([event()]).then(undefined, unwrap),
      () => client.events.export(),
      () => client.tenants.list(),
      () => client.keys.list(),
      () => client.files.upload('x'),
      () => client.health.ready(),
      () => client.audit.list(),
    ];
    for (const call of calls) {
      const begun = Date.now();
      const error = await rejection(call, TimeoutError);
      expect(Date.now() - begun < 20_000, 'an end before the 30 s that a call has by default');
      expect(
        error instanceof ConnectionError && error.message.includes('300 ms'),
        `a time in the message, got ${error.message}`,
      );
    }
  } finally {
    await stage.order('release');
  }
});

test('an abort ends a call at once, with the reason of the caller', async (stage) => {
  const client = await stage.tenant({ baseUrl: stage.given.wire });
  await stage.order('hold');
  try {
    const controller = new AbortController();
    const calls = [client.events.create(event(), controller), client.events.list({}, controller).then()];
    const reason = new Error('nobody waits any more');
    controller.abort(reason);
    const errors = await Promise.all(calls.map((call) => rejection(call, Error)));
    same(
      errors.map((error) => error === reason),
      [true, true],
    );

    const aborted = await rejection(client.events.count({}, { signal: AbortSignal.abort() }), DOMException);
    same(aborted.name, 'AbortError');
  } finally {
    await stage.order('release');
  }
});

test('an abort ends a pause between two tries', async () => {
  const { client } = scripted([json(503, {}, { 'Retry-After': '20' })]);
  const controller = new AbortController();
  const call = client.events.count({}, controller);
  setTimeout(() => controller.abort(), 50);

  same((await rejection(call, DOMException)).name, 'AbortError');
});

test('a service that is not there is a ConnectionError that names the cause', async () => {
  const { client } = scripted(
    [Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ECONNREFUSED') })],
    { maxRetries: 0 },
  );

  const error = await rejection(client.events.count(), ConnectionError);

  expect(error.message.includes('ECONNREFUSED') && error.message.includes('GET /api/history/events'), error.message);
});

test('each status has its class', async () => {
  const classes = new Map<number, typeof BadRequestError>([
    [400, BadRequestError],
    [401, AuthenticationError],
    [403, PermissionDeniedError],
    [409, ConflictError],
    [429, RateLimitError],
    [500, InternalServerError],
  ]);
  for (const [status, kind] of classes) {
    const { client } = scripted([json(status, { detail: 'A sentence.' }, { 'X-Request-Id': 'of-the-service' })], {
      maxRetries: 0,
    });
    const error = await rejection(client.events.count(), kind);
    same(
      [error.status, error.detail, error.requestId, error.name],
      [status, 'A sentence.', 'of-the-service', kind.name],
    );
    expect(error.message.startsWith('A sentence.'), error.message);
  }
  const { client } = scripted([new Response('<html>Bad gateway</html>', { status: 502 })], { maxRetries: 0 });
  const error = await rejection(client.events.count(), InternalServerError);
  same(error.body, '<html>Bad gateway</html>');
});

test('a page that a proxy gives in the place of the service is no answer', async () => {
  const page = (): Response => new Response('<p>Back soon.</p>', { headers: { 'Content-Type': 'text/html' } });
  const listing = scripted([page(), json(200, { results: [] })]);
  same((await listing.client.events.list()).data, []);
  same(listing.sent.length, 2);

  const calls: ((client: Annals) => PromiseLike<unknown>)[] = [
    (client) => client.tenants.delete('c'),
    (client) => client.events.create(event()),
    (client) => client.events.export(),
    (client) => client.tenants.rotateSecret('c', { overlap_seconds: 0 }),
  ];
  for (const call of calls) {
    const { client, sent } = scripted([page()], { maxRetries: 0 });
    const error = await rejection(call(client), ConnectionError);
    expect(/no X-Request-Id: check baseUrl/.test(error.message), error.message);
    same(sent.length, 1);
  }
});
