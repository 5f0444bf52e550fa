import { BadRequestError, NotFoundError, PermissionDeniedError } from '../../src/index.js';
import { event } from '../support/events.js';
import { expect, rejection, same } from '../support/expect.js';
import { test, uniqueNames } from '../support/suite.js';

test('a tenant is made, changed, found and deleted', async (stage) => {
  const { tenants } = stage.client();
  const names = uniqueNames();

  const made = await tenants.create(names);
  same([made.database_name, made.client_secret.length > 30], [names.database_name, true]);
  await rejection(tenants.create(names), BadRequestError);
  const changed = await tenants.update(made.client_id, { client_label: `${names.client_label}!`, retention_days: 90 });
  same([changed.client_label, changed.retention_days], [`${names.client_label}!`, 90]);
  const [found] = (await tenants.list({ database_name: names.database_name })).data;
  same([found?.client_id, found?.state], [made.client_id, 'active']);
  same((await tenants.get(made.client_id)).retention?.days, 90);

  same(await tenants.delete(made.client_id), undefined);
  await rejection(tenants.get(made.client_id), NotFoundError);
});

test('a suspended tenant is PermissionDeniedError until it is resumed', async (stage) => {
  const client = await stage.tenant();
  const id = client.clientId as string;

  await client.tenants.update(id, { suspended: true });
  same((await rejection(client.events.list(), PermissionDeniedError)).detail, 'Client is suspended.');
  await client.tenants.update(id, { suspended: false });

  same((await client.events.list()).data, []);
});

test('a secret is rotated', async (stage) => {
  const client = await stage.tenant();

  const rotated = await client.tenants.rotateSecret(client.clientId as string, { overlap_seconds: 0 });

  const tenant = stage.client({
    clientSecret: rotated.client_secret,
    clientId: client.clientId as string,
    apiKey: undefined as never,
  });
  same((await tenant.events.list()).data, []);
});

test('a key is made, used, disabled and deleted', async (stage) => {
  const { keys } = stage.client();
  const expires_at = new Date('2100-01-01T00:00:00Z');

  const made = await keys.create({ name: 'ci', role: 'ingest', client_ids: null, expires_at });
  same([made.role, made.expires_at], ['ingest', '2100-01-01T00:00:00.000Z']);
  const tenant = await stage.tenant({ apiKey: made.key });
  await tenant.events.create(event());
  await rejection(tenant.events.list(), PermissionDeniedError);
  const changed = await keys.update(made.key_id, { name: 'ci, old', disabled: true, expires_at: null });
  same([changed.name, changed.disabled, changed.expires_at], ['ci, old', true, null]);
  same((await keys.get(made.key_id)).name, 'ci, old');

  await keys.delete(made.key_id);
  same((await rejection(keys.delete(made.key_id), NotFoundError)).detail, 'Key not found.');
});

test('the audit trail has what was done', async (stage) => {
  const client = stage.client();
  const made = await client.tenants.create(uniqueNames());

  const record = BigInt(`0x${made.client_id.replaceAll('-', '').slice(0, 12)}`);
  const trail = await client.audit.list({ record_id: record, event_type_id: 1 }).toArray({ limit: 10 });

  const done = trail.find((one) => (one.event_data as { result: string }).result === 'done');
  same([done?.record_id, done?.event_type_id], [record, 1n]);
});

test('health is asked without a key, and its "no" is an answer', async (stage) => {
  const { health } = stage.client({ apiKey: 'whatever-it-may-be' });

  same(await health.live(), true);
  const ready = await health.ready();
  same([ready.ready, ready['engine']], [true, 'ok']);
  expect(ready.detail === undefined, 'no reason');
});

test('what the service measures is a text', async (stage) => {
  const { health } = stage.client();
  expect(/^annals_build_info\{/m.test(await health.metrics()), 'the build among the metrics');
});

test('names are set, given beside ids and removed', async (stage) => {
  const client = await stage.tenant();
  const id = client.clientId as string;
  await client.events.create(event({ event_type_id: 'order.placed', source_type_id: 1, source_id: 3 }));

  const patch = { event_types: { 'order.placed': '注文' }, sources: { 1: { 3: 'Ann' } } };
  same((await client.names.update(patch, id)).sources, { 1: { 3: 'Ann' } });
  same((await client.names.get(id)).event_types, { 'order.placed': '注文' });

  const given = { event_type: '注文', source: 'Ann' };
  const [listed] = (await client.events.list({ names: true })).data;
  same(listed?.names, given);
  same((await client.events.get(listed?.event_id as string, { names: true })).names, given);
  const groups = await client.events.countBy({ by: ['event_type_id'], names: true });
  same(groups.results[0]?.names, { event_type: '注文' });
  for await (const one of client.events.tail({}, { cursor: '', names: true }).events()) {
    same(one.names, given);
    break;
  }
  await client.names.update({ event_types: null, sources: { 1: null } }, id);
  same((await client.events.list({ names: true })).data[0]?.names, {});
});
