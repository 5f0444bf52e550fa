import type { CreatedKey, NewKey, Role } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Problem } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { Icon } from '../../timeline/view/icons.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { SecretBox } from '../tenants/secret_box.js';

const ROLES: readonly Role[] = ['read', 'ingest', 'admin'];
const DAY_MS = 24 * 3_600_000;
const LIVES = [0, 30, 90, 365];

/** Makes a key, and shows it. */
export function NewKeyDialog({ labels, onClose }: { labels: ReadonlyMap<string, string>; onClose: (hasMade: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('read');
  const [clients, setClients] = useState<readonly string[]>([]);
  const [days, setDays] = useState(0);
  const [error, setError] = useState<unknown>();
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState<CreatedKey>();
  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    setIsMaking(true);
    const key: NewKey = {
      name: name.trim(),
      role,
      client_ids: clients.length === 0 ? null : [...clients],
      expires_at: days === 0 ? null : new Date(Date.now() + days * DAY_MS),
    };
    try {
      setMade(await session.client.keys.create(key));
    } catch (failure) {
      setError(failure);
    }
    setIsMaking(false);
  };
  if (made !== undefined) {
    return (
      <Dialog title={words.tenant_pages.made(made.name)} onClose={() => onClose(true)} isSticky>
        <SecretBox values={[[words.key_field, made.key]]} onStored={() => onClose(true)} />
      </Dialog>
    );
  }
  return (
    <Dialog title={words.service_pages.make_key} onClose={() => onClose(false)}>
      <form onSubmit={(event) => void make(event)}>
        <Field label={words.service_pages.key_name} hint={words.service_pages.key_name_hint}>
          {(attributes) => <input {...attributes} autofocus required maxLength={255} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Field label={words.service_pages.role} hint={words.service_pages.role_hints[role]}>
          {(attributes) => (
            <select {...attributes} value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {words.service_pages.roles[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.tenants} hint={words.service_pages.tenants_hint}>
          {(attributes) => (
            <select {...attributes} value="" onChange={(event) => setClients([...clients, event.currentTarget.value])}>
              <option value="">{clients.length === 0 ? words.service_pages.all_tenants : words.service_pages.one_more_tenant}</option>
              {[...labels]
                .filter(([id]) => !clients.includes(id))
                .map(([id, label]) => (
                  <option key={id} value={id}>
                    {label}
                  </option>
                ))}
            </select>
          )}
        </Field>
        {clients.length > 0 && (
          <ul class="chosen-tenants">
            {clients.map((id) => (
              <li key={id}>
                {labels.get(id)}{' '}
                <button type="button" class="small" aria-label={words.without(labels.get(id) ?? id)} onClick={() => setClients(clients.filter((each) => each !== id))}>
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
        )}
        <Field label={words.service_pages.life}>
          {(attributes) => (
            <select {...attributes} value={days} onChange={(event) => setDays(Number(event.currentTarget.value))}>
              {LIVES.map((each) => (
                <option key={each} value={each}>
                  {each === 0 ? words.service_pages.no_end : words.tenant_pages.days(each)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {error !== undefined && <Problem error={error} />}
        <FormActions submit={words.service_pages.make_key} onCancel={() => onClose(false)} isDisabled={isMaking} />
      </form>
    </Dialog>
  );
}
