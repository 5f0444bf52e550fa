import type { Key } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { Problem } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';

/** Deletes a key, after saying what that means. */
export function RemoveKey({ apiKey, onClose }: { apiKey: Key; onClose: (isGone: boolean) => void }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [error, setError] = useState<unknown>();
  const [isAsking, setAsking] = useState(false);
  const remove = async (): Promise<void> => {
    setError(undefined);
    setAsking(true);
    try {
      await session.client.keys.delete(apiKey.key_id);
      say(words.tenant_pages.deleted(apiKey.name));
      onClose(true);
    } catch (failure) {
      setError(failure);
      setAsking(false);
    }
  };
  return (
    <Dialog title={`${words.tenant_pages.delete}: ${apiKey.name}`} onClose={() => onClose(false)}>
      <p>{words.service_pages.delete_key_means}</p>
      {error !== undefined && <Problem error={error} />}
      <div class="actions">
        <button type="button" autofocus onClick={() => onClose(false)}>
          {words.cancel}
        </button>
        <button type="button" class="danger" disabled={isAsking} onClick={() => void remove()}>
          {words.tenant_pages.delete}
        </button>
      </div>
    </Dialog>
  );
}
