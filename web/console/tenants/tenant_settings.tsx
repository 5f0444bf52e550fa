import { APIError, type Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { LimitField } from './limit_field.js';
import { changeOf, QUOTAS, type Quota, type Settings, settingsOf } from './tenant_changes.js';

const MOST_DAYS = 36_500;

/** Changes the label, the retention and the quotas of a tenant, and suspends it. Only what was changed is sent. */
export function TenantSettings({ tenant, onClose }: { tenant: Tenant; onClose: (hasChanged: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [settings, setSettings] = useState(() => settingsOf(tenant));
  const [error, setError] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const isTaken = error instanceof APIError && error.detail === 'Client already exist.';
  const change = (part: Partial<Settings>): void => setSettings((old) => ({ ...old, ...part }));
  const hints = useUsageHints(tenant);

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    const changes = changeOf(tenant, settings);
    const isChanged = Object.keys(changes).length > 0;
    setSaving(true);
    try {
      if (isChanged) {
        await session.client.tenants.update(tenant.client_id, changes);
        say(words.tenant_pages.changed(settings.label.trim()));
      }
      onClose(isChanged);
    } catch (failure) {
      setError(failure);
      setSaving(false);
    }
  };
  return (
    <Dialog title={`${words.tenant_pages.settings}: ${tenant.client_label}`} onClose={() => onClose(false)}>
      <form onSubmit={(event) => void save(event)}>
        <Field label={words.tenant_pages.label} problem={isTaken ? words.tenant_pages.label_taken : undefined}>
          {(attributes) => (
            <input {...attributes} autofocus required maxLength={255} autocomplete="off" value={settings.label} onInput={(event) => change({ label: event.currentTarget.value })} />
          )}
        </Field>
        <LimitField
          label={words.tenant_pages.retention_days}
          kinds={[
            ['for_ever', words.tenant_pages.for_ever],
            // There is no way back to the default.
            ...(tenant.retention_days === undefined ? [['default', words.tenant_pages.by_default] as const] : []),
          ]}
          value={settings.retention}
          min={1}
          max={MOST_DAYS}
          hint={settings.retention.kind === 'number' ? words.tenant_pages.retention_hint : undefined}
          onChange={(retention) => change({ retention })}
        />
        <h3 class="part-head">{words.tenant_pages.quotas}</h3>
        <div class="quota-fields">
          {QUOTAS.map((name) => (
            <LimitField
              key={name}
              label={words.tenant_pages.quota_names[name]}
              kinds={[
                ['none', words.tenant_pages.no_limit],
                ['default', words.tenant_pages.by_default],
              ]}
              value={settings.quotas[name]}
              min={1}
              max={Number.MAX_SAFE_INTEGER}
              hint={hints(name, settings.quotas[name].number)}
              onChange={(limit) => change({ quotas: { ...settings.quotas, [name]: limit } })}
            />
          ))}
        </div>
        <label class="check">
          <input type="checkbox" checked={settings.suspended} onChange={(event) => change({ suspended: event.currentTarget.checked })} /> {words.tenant_pages.is_suspended}
        </label>
        {settings.suspended && <p class="hint quiet">{words.tenant_pages.suspend_means}</p>}
        {error !== undefined && !isTaken && <Problem error={error} />}
        <FormActions submit={words.save} onCancel={() => onClose(false)} isDisabled={isSaving} />
      </form>
    </Dialog>
  );
}

/** Returns what is said below a quota: how much a number of bytes is, and what is used of the limit that holds now. */
function useUsageHints(tenant: Tenant): (name: Quota, typed: string) => string | undefined {
  const { words, formats } = useReading();
  const { session } = useConsole();
  // Without it nothing is missing but the hints, so an error is no matter.
  const { data } = useAnswer((signal) => session.client.tenants.get(tenant.client_id, { signal }), tenant.client_id);
  return (name, typed) => {
    const write = (value: number): string => (name === 'bytes_per_day' || name === 'stored_bytes' ? formats.bytes(value) : formats.number(value));
    const usage = data?.quota_usage?.[name];
    const hints: string[] = [];
    if (typed !== '' && Number(typed) >= 1000) hints.push(`= ${write(Number(typed))}`);
    if (usage?.used != null) hints.push(words.tenant_pages.used_of(write(usage.used), write(usage.limit)));
    else if (usage !== undefined && typed === '') hints.push(words.tenant_pages.limit_now(write(usage.limit)));
    return hints.length === 0 ? undefined : hints.join(' · ');
  };
}
