import type { Key } from 'annals-client';
import type { JSX } from 'preact';
import { useNow, useReading } from '../frame/reading.js';

export interface KeyFactsProps {
  apiKey: Key;
  /** Says what tenants are called. */
  labels: ReadonlyMap<string, string>;
}

const SHOWN_TENANTS = 5;
const SOON_MS = 7 * 24 * 3_600_000;

/** Shows what a key may do and where, and whether somebody uses it. */
export function KeyFacts({ apiKey, labels }: KeyFactsProps): JSX.Element {
  const { words, formats } = useReading();
  const { service_pages: said } = words;
  const now = useNow();
  const used = apiKey.last_used_at === null ? undefined : new Date(apiKey.last_used_at);
  const ends = apiKey.expires_at === null ? undefined : new Date(apiKey.expires_at);
  const isOver = ends !== undefined && ends <= now;
  const endsSoon = ends !== undefined && !isOver && ends.getTime() - now.getTime() < SOON_MS;
  return (
    <div class="key-facts">
      <p>
        <strong>{apiKey.name}</strong> <span class="mark">{said.roles[apiKey.role]}</span>{' '}
        {apiKey.disabled && <span class="mark ill">{said.disabled}</span>}{' '}
        {isOver && <span class="mark ill">{said.over}</span>}{' '}
        {endsSoon && <span class="mark warned">{said.ends_soon}</span>}{' '}
        {used === undefined && <span class="mark warned">{said.never_used}</span>}
      </p>
      <p class="quiet">
        {apiKey.client_ids === null ? said.all_tenants : boundTo(apiKey.client_ids)}
        {used !== undefined && ` · ${said.used(lastUse(used))}`}
        {' · '}
        {ends === undefined ? said.no_end : said.ends(formats.moment(ends))}
        {' · '}
        {said.made_on(formats.shortDay(new Date(apiKey.created_at)))}
      </p>
    </div>
  );

  function boundTo(ids: readonly string[]): string {
    const shown = ids.slice(0, SHOWN_TENANTS).map((id) => labels.get(id) ?? id);
    const rest = ids.length - shown.length;
    return formats.list(rest > 0 ? [...shown, words.and_others(rest)] : shown);
  }

  /** The service keeps the hour of the last use only. */
  function lastUse(time: Date): string {
    return now.getTime() - time.getTime() < 2 * 3_600_000 ? said.lately : formats.ago(time, now);
  }
}
