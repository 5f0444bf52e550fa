import { APIError, type TenantChange, type Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';

const QUOTAS = ['events_per_second', 'bytes_per_day', 'stored_bytes', 'requests_per_second'] as const;
type Quota = (typeof QUOTAS)[number];

/** Changes the label, the retention and the quotas of a tenant. Only what was changed is sent. */
export function TenantSettings({ tenant, onClose }: { tenant: Tenant; onClose: (hasChanged: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [label, setLabel] = useState(tenant.client_label);
  const [days, setDays] = useState(tenant.retention_days == null ? '' : String(tenant.retention_days));
  const [quotas, setQuotas] = useState(() => Object.fromEntries(QUOTAS.map((name) => [name, written(tenant.quotas?.[name])])) as Record<Quota, string>);
  const [error, setError] = useState<unknown>();
  const isTaken = error instanceof APIError && error.detail === 'Client already exist.';

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    const change = changeOf(tenant, label.trim(), days, quotas);
    try {
      if (Object.keys(change).length > 0) {
        await session.client.tenants.update(tenant.client_id, change);
        say(words.tenant_pages.changed(label));
      }
      onClose(true);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog title={`${words.tenant_pages.settings}: ${tenant.client_label}`} onClose={() => onClose(false)}>
      <form onSubmit={(event) => void save(event)}>
        <Field label={words.tenant_pages.label} problem={isTaken ? words.tenant_pages.label_taken : undefined}>
          {(attributes) => <input {...attributes} required maxLength={255} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}
        </Field>
        <Field label={words.tenant_pages.retention_days} hint={words.tenant_pages.retention_hint}>
          {(attributes) => <input {...attributes} type="number" min={1} max={36500} value={days} onInput={(event) => setDays(event.currentTarget.value)} />}
        </Field>
        <fieldset>
          <legend>{words.tenant_pages.quotas}</legend>
          <p class="hint quiet">{words.tenant_pages.quotas_hint}</p>
          <div class="quota-fields">
            {QUOTAS.map((name) => (
              <Field key={name} label={words.tenant_pages.quota_names[name]}>
                {(attributes) => (
                  <input {...attributes} type="number" min={0} value={quotas[name]} onInput={(event) => setQuotas({ ...quotas, [name]: event.currentTarget.value })} />
                )}
              </Field>
            ))}
          </div>
        </fieldset>
        {error !== undefined && !isTaken && <Problem error={error} />}
        <FormActions submit={words.save} onCancel={() => onClose(false)} />
      </form>
    </Dialog>
  );
}

function written(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

/** Returns what differs from the tenant as it is; an empty quota returns to the default, and no days are for ever. */
function changeOf(tenant: Tenant, label: string, days: string, quotas: Record<Quota, string>): TenantChange {
  const change: TenantChange = {};
  if (label !== tenant.client_label) change.client_label = label;
  const retention = days === '' ? null : Number(days);
  if (retention !== (tenant.retention_days ?? null)) change.retention_days = retention;
  const changed = QUOTAS.filter((name) => quotas[name] !== written(tenant.quotas?.[name]));
  if (changed.length > 0) {
    change.quotas = Object.fromEntries(changed.map((name) => [name, quotas[name] === '' ? null : Number(quotas[name])]));
  }
  return change;
}
