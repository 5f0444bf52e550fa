import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';

/** How much there is in all, as far as it is shown. */
export function Tiles({ tenants, total }: { tenants: readonly Tenant[]; total: number }): JSX.Element {
  const { words, formats } = useReading();
  const sum = (of: 'events' | 'stored_bytes'): number | undefined => {
    const known = tenants.flatMap((tenant) => (tenant.usage?.[of] == null ? [] : [tenant.usage[of]]));
    return known.length === 0 ? undefined : known.reduce((all, one) => all + one, 0);
  };
  const events = sum('events');
  const bytes = sum('stored_bytes');
  const times = tenants.flatMap((tenant) => tenant.usage?.last_event_at ?? []).sort();
  const newest = times[times.length - 1];
  return (
    <dl class="tiles">
      <Tile label={words.tenants} value={formats.number(total)} />
      {events !== undefined && <Tile label={words.event_count} value={formats.compact(events)} />}
      {bytes !== undefined && <Tile label={words.tenant_pages.stored} value={formats.bytes(bytes)} />}
      {newest !== undefined && <Tile label={words.last_change} value={formats.ago(new Date(newest), new Date())} />}
    </dl>
  );
}

export function Tile({ label, value }: { label: string; value: string | JSX.Element }): JSX.Element {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
