import { APIError, type Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';

type State = { state: 'asking' | 'deleting' } | { state: 'failed'; error: unknown };

/** Deletes a tenant with everything that belongs to it, after its label was typed. */
export function DeleteTenant({ tenant, onClose }: { tenant: Tenant; onClose: (hasChanged: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<State>({ state: 'asking' });
  const isDeleting = progress.state === 'deleting';
  const hasBegun = progress.state === 'failed' && progress.error instanceof APIError && progress.error.status < 500;
  const remove = async (event: Event): Promise<void> => {
    event.preventDefault();
    setProgress({ state: 'deleting' });
    try {
      await session.client.tenants.delete(tenant.client_id, { timeout: 0 });
      say(words.tenant_pages.deleted(tenant.client_label));
      onClose(true);
    } catch (error) {
      setProgress({ state: 'failed', error });
    }
  };
  return (
    <Dialog title={`${words.tenant_pages.delete}: ${tenant.client_label}`} onClose={() => onClose(hasBegun)} isSticky={isDeleting}>
      <form onSubmit={(event) => void remove(event)}>
        <p>{words.tenant_pages.delete_means}</p>
        <Field label={words.tenant_pages.type_label(tenant.client_label)}>
          {(attributes) => <input {...attributes} autofocus autocomplete="off" spellcheck={false} disabled={isDeleting} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}
        </Field>
        <div role="status">
          {isDeleting && (
            <>
              <progress aria-label={words.tenant_pages.deleting} /> {words.tenant_pages.deleting}
            </>
          )}
        </div>
        {progress.state === 'failed' && (
          <>
            <Problem error={progress.error} />
            <p class="quiet">{words.tenant_pages.delete_again}</p>
          </>
        )}
        <FormActions submit={words.tenant_pages.delete} onCancel={() => onClose(hasBegun)} isDangerous isRunning={isDeleting} isDisabled={typed !== tenant.client_label} />
      </form>
    </Dialog>
  );
}
