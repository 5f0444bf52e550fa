import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useNow, useReading } from '../frame/reading.js';

/** How much there is in all. What the service does not know of a tenant is left out, and the tile says so. */
export function Tiles({ tenants, total }: { tenants: readonly Tenant[]; total: number }): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow();
  const sumOf = (member: 'events' | 'stored_bytes'): { sum: number | undefined; note: string } => {
    const known = tenants.flatMap((tenant) => tenant.usage?.[member] ?? []);
    if (known.length === 0) return { sum: undefined, note: '' };
    const note = known.length < total ? words.tenant_pages.of_known(formats.number(known.length), formats.number(total)) : '';
    return { sum: known.reduce((all, one) => all + one, 0), note };
  };
  const events = sumOf('events');
  const bytes = sumOf('stored_bytes');
  const times = tenants.flatMap((tenant) => tenant.usage?.last_event_at ?? []).sort();
  const newest = times.length === 0 ? undefined : new Date(times[times.length - 1] as string);
  return (
    <dl class="tiles">
      <Tile label={words.tenants} value={formats.number(total)} />
      <Tile label={words.event_count} value={events.sum === undefined ? '–' : formats.compact(events.sum)} note={events.note} />
      <Tile label={words.tenant_pages.stored} value={bytes.sum === undefined ? '–' : formats.bytes(bytes.sum)} note={bytes.note} />
      <Tile label={words.last_change} value={newest === undefined ? '–' : formats.ago(newest, newest > now ? newest : now)} />
    </dl>
  );
}

export interface TileProps {
  label: string;
  value: string;
  note?: string;
}

export function Tile({ label, value, note = '' }: TileProps): JSX.Element {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note !== '' && <dd class="tile-note quiet">{note}</dd>}
    </div>
  );
}
