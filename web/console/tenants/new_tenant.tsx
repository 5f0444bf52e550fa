import { type Annals, APIError, type CreatedTenant } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import type { Words } from '../words/words.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { SecretBox } from './secret_box.js';

interface Problems {
  label?: string;
  database?: string;
  other?: unknown;
}

const DATABASE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;
const RESERVED = '_annals';
const LONGEST_LABEL = 255;

/** Makes a tenant, and shows its secret. */
export function NewTenant({ onClose }: { onClose: (hasMade: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [label, setLabel] = useState('');
  const [database, setDatabase] = useState<string>();
  const [problems, setProblems] = useState<Problems>({});
  const [isMaking, setIsMaking] = useState(false);
  const [made, setMade] = useState<CreatedTenant>();
  const name = database ?? databaseFor(label);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [problems]);

  const make = async (event: Event): Promise<void> => {
    event.preventDefault();
    const found = problemsOf(label.trim(), name, words);
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    setIsMaking(true);
    try {
      setMade(await session.client.tenants.create({ client_label: label.trim(), database_name: name }));
    } catch (error) {
      setProblems(await toldBy(error, session.client, label.trim(), words));
    }
    setIsMaking(false);
  };
  if (made !== undefined) {
    return (
      <Dialog title={words.tenant_pages.made(label.trim())} onClose={() => onClose(true)} isSticky>
        <SecretBox
          values={[
            [words.client_id, made.client_id],
            [words.secret_field, made.client_secret],
          ]}
          onStored={() => onClose(true)}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title={words.tenant_pages.make} onClose={() => onClose(false)}>
      <form noValidate ref={form} onSubmit={(event) => void make(event)}>
        <Field label={words.tenant_pages.label} hint={words.tenant_pages.label_hint} problem={problems.label}>
          {(attributes) => <input {...attributes} autofocus required autocomplete="off" value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}
        </Field>
        <Field label={words.tenant_pages.database} hint={words.tenant_pages.database_hint} problem={problems.database}>
          {(attributes) => (
            <input {...attributes} required autocomplete="off" spellcheck={false} value={name} onInput={(event) => setDatabase(event.currentTarget.value)} />
          )}
        </Field>
        {problems.other !== undefined && <Problem error={problems.other} />}
        <FormActions submit={isMaking ? words.reading : words.tenant_pages.make} onCancel={() => onClose(false)} isDisabled={isMaking} />
      </form>
    </Dialog>
  );
}

/** Returns what the service would refuse, as far as that is known before it is asked. */
function problemsOf(label: string, database: string, words: Words): Problems {
  const problems: Problems = {};
  const length = Array.from(label).length;
  if (length === 0) problems.label = words.tenant_pages.label_missing;
  else if (length > LONGEST_LABEL) problems.label = words.tenant_pages.label_too_long;
  if (!DATABASE_NAME.test(database)) problems.database = words.tenant_pages.database_invalid;
  else if (database === RESERVED) problems.database = words.tenant_pages.database_taken;
  return problems;
}

/** Returns an error of the service at the field that it is about. The service does not say which of the two names is taken. */
async function toldBy(error: unknown, client: Annals, label: string, words: Words): Promise<Problems> {
  if (!(error instanceof APIError)) return { other: error };
  if (error.detail === 'Client already exist.') {
    try {
      const { data } = await client.tenants.list({ client_label: label });
      return data.length > 0 ? { label: words.tenant_pages.label_taken } : { database: words.tenant_pages.database_taken };
    } catch {
      return { label: words.tenant_pages.taken };
    }
  }
  const problems: Problems = {};
  for (const { loc, msg } of typeof error.detail === 'string' ? [] : error.detail) {
    if (loc[1] === 'client_label') problems.label = msg;
    if (loc[1] === 'database_name') problems.database = msg;
  }
  return Object.keys(problems).length > 0 ? problems : { other: error };
}

/** Returns a name for the database of a tenant with this label: `Demo & Söhne` becomes `demo_soehne`. */
function databaseFor(label: string): string {
  const plain = label.toLowerCase().replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue').replace(/ß/g, 'ss');
  return plain
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 64)
    .replace(/^_+|_+$/g, '');
}
