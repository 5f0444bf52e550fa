import { Annals, AnnalsError, AuthenticationError, ConnectionError, PermissionDeniedError } from '../../src/index.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { json, scripted } from '../support/scripted.js';
import { test } from '../support/suite.js';

const SECRET = 'a-secret-that-nobody-may-see';
const PAGE = () => json(200, { limit: 50, results: [] });

test('a wrong key is AuthenticationError', async (stage) => {
  const client = stage.client({ apiKey: SECRET });

  const error = await rejection(client.tenants.list(), AuthenticationError);

  same([error.detail, error.code], ['Unauthorized API Key.', 'unauthenticated']);
});

test('a tenant reads and writes with its own secret, and nothing else', async (stage) => {
  const made = await stage
    .client()
    .tenants.create({ database_name: `own_${Date.now()}`, client_label: `own ${Date.now()}` });
  const client = new Annals({
    baseUrl: stage.given.api,
    clientId: made.client_id,
    clientSecret: made.client_secret,
    dangerouslyAllowBrowser: true,
  });

  await client.events.create(event());

  same((await client.events.list()).data.length, 1);
  await rejection(client.tenants.list(), AuthenticationError);
});

test('a viewer token shows its part of the history; it is got by a function', async (stage) => {
  const owner = await stage.tenant();
  await owner.events.createMany([event({ record_id: 7 }), event({ record_id: 8 })]);
  const token = { client_id: owner.clientId as string, filter: { record_id: [7n] }, expires_in: 600 };
  const viewer = new Annals({ baseUrl: stage.given.api, viewerToken: () => owner.viewerTokens.create(token) });

  same(
    (await viewer.events.list().toArray({ limit: 10 })).map((one) => one.record_id),
    [7n],
  );
  await rejection(viewer.events.create(event()), PermissionDeniedError);
});

test('a token that was revoked is replaced once, without the caller noticing', async (stage) => {
  const owner = await stage.tenant();
  await owner.events.create(event());
  const reader = await stage.client().keys.create({ name: 'makes tokens', role: 'read' });
  const maker = stage.client({ apiKey: reader.key, clientId: owner.clientId as string });
  const makers = [maker, owner];
  let asked = 0;
  const viewer = new Annals({
    baseUrl: stage.given.api,
    viewerToken: async () => {
      asked++;
      return (makers.shift() as Annals).viewerTokens.create({ client_id: owner.clientId as string, filter: {} });
    },
  });
  same((await viewer.events.list()).data.length, 1);

  await stage.client().keys.delete(reader.key_id);
  const pages = await Promise.all([viewer.events.list(), viewer.events.list(), viewer.events.count()]);

  same([(pages[0] as { data: unknown[] }).data.length, asked], [1, 2]);
});

test('a second refusal is the end', async () => {
  let asked = 0;
  const options = { apiKey: () => `key-number-${++asked}` };
  const { client, sent } = scripted(
    [json(401, { detail: 'Unauthorized API Key.' }), json(401, { detail: 'Unauthorized API Key.' })],
    options,
  );

  await rejection(client.events.list(), AuthenticationError);

  same(
    sent.map((one) => one.headers.get('x-api-key')),
    ['key-number-1', 'key-number-2'],
  );
});

test('a token is replaced after 80 % of its life', async () => {
  let asked = 0;
  const life = 1000;
  const options = { apiKey: () => ({ token: `key-number-${++asked}`, expires_at: new Date(Date.now() + life) }) };
  const { client, sent } = scripted([PAGE(), PAGE(), PAGE()], options);
  const begun = Date.now();

  await client.events.list();
  await client.events.list();
  if (Date.now() - begun < life * 0.7) same(asked, 1);
  await new Promise((resolve) => setTimeout(resolve, life * 0.85));
  await client.events.list();

  same(sent.at(-1)?.headers.get('x-api-key'), `key-number-${asked}`);
  expect(asked >= 2, 'another token');
});

test('calls at the same time share one token', async () => {
  let asked = 0;
  const options = {
    viewerToken: async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'a-token';
    },
  };
  const base = { baseUrl: 'http://annals.example', fetch: (async () => PAGE()) as typeof fetch, ...options };
  const client = new Annals(base);

  await Promise.all([client.events.list(), client.events.list(), client.events.list()]);

  same(asked, 1);
});

test('what the function that gets a token throws is what the caller sees', async () => {
  const { client, sent } = scripted([], { apiKey: () => Promise.reject(new Error('the backend is down')) });

  same((await rejection(client.events.list(), Error)).message, 'the backend is down');
  same(sent.length, 0);
});

test('a viewer token goes alone, and a key with the client', async () => {
  const viewer = new Annals({
    baseUrl: 'http://a',
    clientId: 'c',
    viewerToken: 't',
    fetch: answering((headers) => {
      same(
        [headers.get('authorization'), headers.get('x-client-id'), headers.get('x-api-key')],
        ['Bearer t', null, null],
      );
    }),
  });
  await viewer.events.list();
  const { client, sent } = scripted([PAGE(), PAGE(), PAGE()]);
  await client.events.list();
  await client.forClient('other').events.list();
  await client.audit.list();
  same(
    sent.map((one) => one.headers.get('x-client-id')),
    ['c', 'other', '_annals'],
  );
});

test('a key goes along no redirect, and the call fails', async (stage) => {
  const client = stage.client({ baseUrl: stage.given.redirecting, clientId: 'c', maxRetries: 0 });
  const calls = [() => client.events.list(), () => client.events.create(event()), () => client.tenants.list()];

  for (const call of calls) {
    const error = await rejection(call, ConnectionError);
    expect(error.message.includes('The connection failed: '), `that the failure is named, got ${error.message}`);
    // A page is not told why.
    expect('document' in globalThis || /redirect/.test(error.message), `the reason, got ${error.message}`);
  }

  const { asked, arrived } = JSON.parse(await stage.order('redirected')) as { asked: number; arrived: unknown[] };
  same([asked, arrived], [calls.length, []], 'requests to the service, and to where it redirects:');
});

test('no secret is shown by the client, its errors or its refusals', async () => {
  const client = new Annals({
    baseUrl: 'http://annals.example',
    apiKey: SECRET,
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
    fetch: (async () => json(403, { detail: 'Not allowed for this key.' })) as typeof fetch,
  });
  const error = await rejection(client.events.list(), PermissionDeniedError);
  const broken = new Annals({ baseUrl: 'http://annals.example', apiKey: `${SECRET}\n`, dangerouslyAllowBrowser: true });
  const refusal = await rejection(broken.events.list(), TypeError);

  const shown = [
    String(client),
    JSON.stringify(client),
    JSON.stringify(error),
    error.stack,
    String(refusal),
    refusal.stack,
  ];
  const inspect = (client as unknown as Record<symbol, () => string>)[Symbol.for('nodejs.util.inspect.custom')];
  shown.push(inspect?.call(client), ...Object.values(client).map((value) => JSON.stringify(value)));
  same(
    shown.filter((text) => text?.includes(SECRET)),
    [],
  );
});

test('a browser is not given a key by mistake', async () => {
  const make = () => new Annals({ baseUrl: 'http://annals.example', apiKey: SECRET });
  if (!('document' in globalThis)) {
    make();
    return;
  }
  expect((await rejection(make, AnnalsError)).message.includes('dangerouslyAllowBrowser'), 'that the way out is named');
  new Annals({ baseUrl: 'http://annals.example', viewerToken: 't' });
});

test('options that contradict each other are refused', async () => {
  const wrong = [
    { baseUrl: 'ftp://annals.example' },
    { baseUrl: 'http://user:word@annals.example' },
    { baseUrl: 'http://annals.example?x=1' },
    { baseUrl: 'http://annals.example', viewerToken: 'a', apiKey: 'b' },
    { baseUrl: 'http://annals.example', clientSecret: 'a', dangerouslyAllowBrowser: true },
    { baseUrl: 'http://annals.example', clientId: 'a b' },
    { baseUrl: 'http://annals.example', timeout: -1 },
    { baseUrl: 'http://annals.example', maxRetries: NaN },
  ];
  for (const options of wrong) await rejection(() => new Annals(options), TypeError);
  same(new Annals({ baseUrl: 'http://annals.example/behind/' }).baseUrl, 'http://annals.example/behind');
});

function answering(look: (headers: Headers) => void): typeof fetch {
  return (async (_url: string, init: RequestInit) => {
    look(new Headers(init.headers));
    return PAGE();
  }) as typeof fetch;
}
