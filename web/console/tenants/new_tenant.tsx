import { APIError, type CreatedTenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { problemText } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { SecretBox } from './secret_box.js';

/** Makes a tenant, and shows its secret. */
export function NewTenant({ onClose }: { onClose: () => void }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [label, setLabel] = useState('');
  const [database, setDatabase] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState<CreatedTenant>();
  const name = database ?? databaseFor(label);

  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsMaking(true);
    setProblem(undefined);
    try {
      setMade(await session.client.tenants.create({ client_label: label.trim(), database_name: name }));
    } catch (error) {
      const isTaken = error instanceof APIError && error.detail === 'Client already exist.';
      setProblem(isTaken ? words.tenant_pages.taken : problemText(error, words));
    }
    setIsMaking(false);
  };
  if (made !== undefined) {
    return (
      <Dialog title={words.tenant_pages.made(label)} onClose={onClose} isSticky>
        <SecretBox
          values={[
            [words.client_id, made.client_id],
            [words.secret_field, made.client_secret],
          ]}
          onStored={onClose}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title={words.tenant_pages.make} onClose={onClose}>
      <form onSubmit={(event) => void make(event)}>
        <Field label={words.tenant_pages.label} hint={words.tenant_pages.label_hint}>
          {(attributes) => <input {...attributes} autofocus required maxLength={255} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}
        </Field>
        <Field label={words.tenant_pages.database} hint={words.tenant_pages.database_hint} problem={problem}>
          {(attributes) => (
            <input {...attributes} required spellcheck={false} maxLength={64} pattern="[A-Za-z0-9_][A-Za-z0-9_\-]*" value={name} onInput={(event) => setDatabase(event.currentTarget.value)} />
          )}
        </Field>
        <FormActions submit={isMaking ? words.reading : words.tenant_pages.make} onCancel={onClose} isDisabled={isMaking} />
      </form>
    </Dialog>
  );
}

/** Returns a name for the database of a tenant with this label: `Demo & Söhne` becomes `demo_soehne`. */
function databaseFor(label: string): string {
  const plain = label.toLowerCase().replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue').replace(/ß/g, 'ss');
  return plain
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
}
