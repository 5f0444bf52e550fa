import type { JSX } from 'preact';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { Field } from '../frame/field.js';

export interface TenantFieldProps {
  value: string | undefined;
  /** What stands for no tenant. */
  none: string;
  onChange: (tenant: string | undefined) => void;
}

const LISTED = 200;

/** Chooses a tenant, or none. */
export function TenantField({ value, none, onChange }: TenantFieldProps): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const { data } = useAnswer(async (signal) => (await session.client.tenants.list({ limit: LISTED, state: 'active' }, { signal })).data, 'tenants');
  return (
    <Field label={words.tenant}>
      {(attributes) => (
        <select {...attributes} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}>
          <option value="">{none}</option>
          {(data ?? []).map((tenant) => (
            <option key={tenant.client_id} value={tenant.client_id}>
              {tenant.client_label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
