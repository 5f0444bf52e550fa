import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useNow, useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { hrefs } from '../frame/route.js';
import { DeleteTenant } from './delete_tenant.js';
import { RotateSecret } from './rotate_secret.js';
import { SuspendTenant } from './suspend_tenant.js';
import { TenantMenu } from './tenant_menu.js';
import { TenantSettings } from './tenant_settings.js';

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
  const quota = tenant.quotas?.stored_bytes;
  const number = (value: number | null | undefined, write: (value: number) => string): string => (value == null ? '–' : write(value));
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
        {number(usage?.events, (value) => formats.number(value))}
      </td>
      <td class="number" data-label={words.tenant_pages.stored}>
        {number(usage?.stored_bytes, (value) => formats.bytes(value))}
        {quota !== undefined && quota > 0 && usage?.stored_bytes != null && (
          <meter min={0} max={quota} value={usage.stored_bytes} aria-label={words.tenant_pages.of_quota(formats.bytes(quota))} title={words.tenant_pages.of_quota(formats.bytes(quota))} />
        )}
      </td>
      <td data-label={words.last_change}>{usage?.last_event_at == null ? '–' : <LastEvent at={new Date(usage.last_event_at)} now={now} />}</td>
      <td data-label={words.tenant_pages.retention}>
        {tenant.retention_days == null ? words.tenant_pages.for_ever : words.tenant_pages.days(tenant.retention_days)}
      </td>
      <td class="menu-cell">{onAct !== undefined && tenant.state !== 'creating' && <TenantMenu tenant={tenant} onAct={onAct} />}</td>
    </tr>
  );
}

function LastEvent({ at, now }: { at: Date; now: Date }): JSX.Element {
  const { formats } = useReading();
  return (
    <time dateTime={at.toISOString()} title={formats.utc(at)}>
      {formats.recently(at, now) ?? formats.shortDay(at)}
    </time>
  );
}
