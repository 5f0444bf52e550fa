import { asQuery, type Filters, ID_FILTERS } from '../../timeline/filters/filters.js';
import { idText } from '../../timeline/event/names.js';

/** Returns the command line that lists the same events. The key is taken from the environment. */
export function asCommand(filters: Filters, client: string, now: Date): string {
  const words = ['annals events list', `--client-id ${quoted(client)}`];
  for (const name of ID_FILTERS) {
    for (const id of filters.ids[name]) words.push(`--${name.replace(/_/g, '-')} ${quoted(idText(id))}`);
  }
  const { event_time_from: from, event_time_to: to } = asQuery(filters, now);
  if (from instanceof Date) words.push(`--from ${from.toISOString()}`);
  if (to instanceof Date) words.push(`--to ${to.toISOString()}`);
  if (filters.q !== '') words.push(`--q ${quoted(filters.q)}`);
  for (const [name, values] of Object.entries(filters.fields)) {
    for (const value of values) words.push(`--where ${quoted(`${name}=${value}`)}`);
  }
  return words.join(' \\\n  ');
}

/** Returns the request that reads the same events. */
export function asCurl(filters: Filters, client: string, url: string, now: Date): string {
  const parameters: [string, string][] = [];
  for (const [name, value] of Object.entries(asQuery(filters, now))) {
    for (const each of Array.isArray(value) ? value : [value]) {
      const isId = (ID_FILTERS as readonly string[]).includes(name);
      parameters.push([name, each instanceof Date ? each.toISOString() : isId ? idText(each as string | bigint) : String(each)]);
    }
  }
  const lines = [`curl -s -G ${quoted(`${url}/api/history/events`)}`, '-H "X-API-Key: $ANNALS_KEY"', `-H ${quoted(`X-Client-Id: ${client}`)}`];
  for (const [name, value] of parameters) lines.push(`--data-urlencode ${quoted(`${name}=${value}`)}`);
  return lines.join(' \\\n  ');
}

/** Returns a text as one word of a shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
