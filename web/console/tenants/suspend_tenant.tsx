import type { Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Problem } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';

/** Suspends a tenant, or resumes it, after saying what that means. */
export function SuspendTenant({ tenant, onClose }: { tenant: Tenant; onClose: (hasChanged: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [error, setError] = useState<unknown>();
  const [isAsking, setAsking] = useState(false);
  const isSuspended = tenant.suspended === true;
  const act = isSuspended ? words.tenant_pages.resume : words.tenant_pages.suspend;
  const change = async (): Promise<void> => {
    setError(undefined);
    setAsking(true);
    try {
      await session.client.tenants.update(tenant.client_id, { suspended: !isSuspended });
      say(words.tenant_pages.changed(tenant.client_label));
      onClose(true);
    } catch (failure) {
      setError(failure);
      setAsking(false);
    }
  };
  return (
    <Dialog title={`${act}: ${tenant.client_label}`} onClose={() => onClose(false)}>
      <p>{isSuspended ? words.tenant_pages.resume_means : words.tenant_pages.suspend_means}</p>
      {error !== undefined && <Problem error={error} />}
      <div class="actions">
        <button type="button" onClick={() => onClose(false)}>
          {words.cancel}
        </button>
        <button type="button" class="primary" autofocus disabled={isAsking} onClick={() => void change()}>
          {act}
        </button>
      </div>
    </Dialog>
  );
}
