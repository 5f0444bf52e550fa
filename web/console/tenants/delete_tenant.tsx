import { APIError, type Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useNow, useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { deleteTenant } from './deletion.js';

type State = { state: 'asking' } | { state: 'deleting'; since: Date } | { state: 'failed'; error: unknown };

export interface DeleteTenantProps {
  tenant: Tenant;
  onClose: (hasChanged: boolean) => void;
}

/** Deletes a tenant with everything that belongs to it, after its label was typed, and waits until it is gone. */
export function DeleteTenant({ tenant, onClose }: DeleteTenantProps): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<State>({ state: 'asking' });
  const closing = useRef(new AbortController());
  useEffect(() => () => closing.current.abort(), []);
  const { client_id: id, client_label: label } = tenant;
  const isDeleting = progress.state === 'deleting';
  const hasBegun = tenant.state === 'deleting' || progress.state === 'failed';
  const remove = async (event: Event): Promise<void> => {
    event.preventDefault();
    setProgress({ state: 'deleting', since: new Date() });
    try {
      await deleteTenant(session.client, id, closing.current.signal);
      say(words.tenant_pages.deleted(label));
      onClose(true);
    } catch (error) {
      if (!closing.current.signal.aborted) setProgress({ state: 'failed', error });
    }
  };
  return (
    <Dialog title={`${words.tenant_pages.delete}: ${label}`} onClose={() => onClose(hasBegun)} isSticky={isDeleting}>
      <form onSubmit={(event) => void remove(event)}>
        <p>{words.tenant_pages.delete_means}</p>
        <Field label={words.tenant_pages.type_label(label)}>
          {(attributes) => (
            <input {...attributes} autofocus autocomplete="off" spellcheck={false} disabled={isDeleting} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
          )}
        </Field>
        <div role="status">{isDeleting && <Deleting since={progress.since} />}</div>
        {progress.state === 'failed' && <Failure error={progress.error} />}
        <FormActions
          submit={progress.state === 'failed' ? words.retry : words.tenant_pages.delete}
          onCancel={() => onClose(hasBegun)}
          isDangerous
          isRunning={isDeleting}
          isDisabled={typed !== label}
        />
      </form>
    </Dialog>
  );
}

function Deleting({ since }: { since: Date }): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow(1000);
  return (
    <div class="deleting">
      <progress aria-label={words.tenant_pages.deleting} /> <span>{words.tenant_pages.deleting}</span>{' '}
      <span class="quiet" aria-hidden="true">
        {formats.span(Math.max(0, now.getTime() - since.getTime()))}
      </span>
    </div>
  );
}

function Failure({ error }: { error: unknown }): JSX.Element {
  const { words } = useReading();
  const isFiles = error instanceof APIError && /files not deleted/.test(String(error.detail));
  return (
    <>
      <Problem error={error} />
      <p>{isFiles ? words.tenant_pages.files_not_deleted : words.tenant_pages.delete_again}</p>
    </>
  );
}
