import type { JSX } from 'preact';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from '../frame/reading.js';
import { problemText } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Field } from '../frame/field.js';

export interface TenantFieldProps {
  value: string | undefined;
  /** Says what stands for no tenant. */
  none: string;
  onChange: (tenant: string | undefined) => void;
}

const LISTED = 1000;

/** Chooses a tenant, or none. */
export function TenantField({ value, none, onChange }: TenantFieldProps): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const { data, error } = useAnswer(async (signal) => (await session.client.tenants.list({ limit: LISTED, state: 'active' }, { signal })).data, 'tenants');
  const tenants = [...(data ?? [])].sort((a, b) => a.client_label.localeCompare(b.client_label));
  const isListed = value === undefined || tenants.some((tenant) => tenant.client_id === value);
  return (
    <Field label={words.tenant} problem={error === undefined ? undefined : problemText(error, words)}>
      {(attributes) => (
        <select {...attributes} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}>
          <option value="">{none}</option>
          {!isListed && <option value={value}>{value}</option>}
          {tenants.map((tenant) => (
            <option key={tenant.client_id} value={tenant.client_id}>
              {tenant.client_label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
