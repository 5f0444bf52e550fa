import { given } from './given.mjs';

async function call(method, path, body) {
  const headers = { 'X-API-Key': given.key, 'X-Client-Id': given.client, 'Content-Type': 'application/json' };
  const reply = await fetch(given.api + path, { method, headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

const post = (path, body) => call('POST', path, body);
export const read = (path) => call('GET', path);

export function newToken(expires_in = 600) {
  return post('/api/viewer-tokens', { client_id: given.client, permissions: ['history', 'files'], filter: given.filter, expires_in });
}

/** Sends an event of the record that is shown. */
export function happen(message) {
  const now = { event_id: crypto.randomUUID(), event_time: new Date().toISOString() };
  return post('/api/events', { ...given.event, ...now, event_data: { message } });
}

/** Asks the test to do something with the service. */
export async function ask(what) {
  const reply = await fetch(`${given.site}/ask/${what}`, { method: 'POST' });
  if (!reply.ok) throw new Error(`${what}: ${reply.status}`);
}
