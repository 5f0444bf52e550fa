import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useNow, useReading } from '../frame/reading.js';
import type { Words } from '../words/words.js';
import { useConsole } from '../frame/console.js';
import { hrefs } from '../frame/route.js';
import { DeleteTenant } from './delete_tenant.js';
import { RotateSecret } from './rotate_secret.js';
import { SuspendTenant } from './suspend_tenant.js';
import { TenantMenu } from './tenant_menu.js';
import { TenantSettings } from './tenant_settings.js';

const NEARLY_FULL = 0.85;

export type TenantAct = 'settings' | 'suspend' | 'rotate' | 'delete';

/** The tenants of a page, each with what can be done. On a narrow page each is a card. */
export function TenantList({ tenants, onChanged }: { tenants: readonly Tenant[]; onChanged: () => void }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [act, setAct] = useState<{ what: TenantAct; tenant: Tenant }>();
  const close = (hasChanged: boolean): void => {
    setAct(undefined);
    if (hasChanged) onChanged();
  };
  return (
    <>
      <table class="tenant-table">
        <thead>
          <tr>
            <th scope="col">{words.tenant}</th>
            <th scope="col">{words.tenant_pages.state}</th>
            <th scope="col" class="number">
              {words.event_count}
            </th>
            <th scope="col" class="number">
              {words.tenant_pages.stored}
            </th>
            <th scope="col">{words.last_change}</th>
            <th scope="col">{words.tenant_pages.retention}</th>
            <th scope="col">
              <span class="hidden">{words.menu}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tenants.map((tenant) => (
            <TenantRow key={tenant.client_id} tenant={tenant} onAct={session.isAdmin ? (what) => setAct({ what, tenant }) : undefined} />
          ))}
        </tbody>
      </table>
      {act?.what === 'settings' && <TenantSettings tenant={act.tenant} onClose={close} />}
      {act?.what === 'suspend' && <SuspendTenant tenant={act.tenant} onClose={close} />}
      {act?.what === 'rotate' && <RotateSecret tenant={act.tenant} onClose={() => close(false)} />}
      {act?.what === 'delete' && <DeleteTenant tenant={act.tenant} onClose={close} />}
    </>
  );
}

function TenantRow({ tenant, onAct }: { tenant: Tenant; onAct: ((what: TenantAct) => void) | undefined }): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow();
  const state = tenant.suspended === true ? 'suspended' : tenant.state;
  const { usage } = tenant;
  return (
    <tr>
      <th scope="row">
        {tenant.state === 'active' ? <a href={hrefs.history(tenant.client_id)}>{tenant.client_label}</a> : tenant.client_label}
        <code class="quiet">{tenant.database_name}</code>
      </th>
      <td>
        <span class={`state ${state}`}>{words.tenant_pages.states[state]}</span>
      </td>
      <td class="number" data-label={words.event_count}>
        {usage?.events == null ? '–' : formats.number(usage.events)}
      </td>
      <td class="number" data-label={words.tenant_pages.stored}>
        <Stored bytes={usage?.stored_bytes} quota={tenant.quotas?.stored_bytes} />
      </td>
      <td data-label={words.last_change}>{usage?.last_event_at == null ? '–' : <LastEvent at={new Date(usage.last_event_at)} now={now} />}</td>
      <td data-label={words.tenant_pages.retention}>{retentionText(tenant.retention_days, words)}</td>
      <td class="menu-cell">{onAct !== undefined && tenant.state !== 'creating' && <TenantMenu tenant={tenant} onAct={onAct} />}</td>
    </tr>
  );
}

/** How much is stored, and how near that is to the quota. */
function Stored({ bytes, quota }: { bytes: number | null | undefined; quota: number | undefined }): JSX.Element {
  const { words, formats } = useReading();
  const shown = bytes == null ? '–' : formats.bytes(bytes);
  if (quota === undefined || quota === 0) return <>{shown}</>;
  const limit = words.tenant_pages.of_quota(formats.bytes(quota));
  return (
    <>
      {shown} <span class="quiet">{limit}</span>
      {bytes != null && <meter min={0} max={quota} high={quota * NEARLY_FULL} optimum={0} value={bytes} aria-label={`${shown} ${limit}`} />}
    </>
  );
}

function retentionText(days: number | null | undefined, words: Words): string {
  if (days === undefined) return words.tenant_pages.by_default;
  return days === null ? words.tenant_pages.for_ever : words.tenant_pages.days(days);
}

function LastEvent({ at, now }: { at: Date; now: Date }): JSX.Element {
  const { formats } = useReading();
  return (
    <time dateTime={at.toISOString()} title={formats.utc(at)}>
      {formats.recently(at, at > now ? at : now) ?? formats.shortDay(at)}
    </time>
  );
}
