import type { RotatedSecret, Tenant } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Problem } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';
import { SecretBox } from './secret_box.js';

const HOUR = 3600;
const OVERLAPS = [0, HOUR, 24 * HOUR, 7 * 24 * HOUR];

/** Gives a tenant another secret, and says for how long the old one is valid. */
export function RotateSecret({ tenant, onClose }: { tenant: Tenant; onClose: () => void }): JSX.Element {
  const { words, formats } = useReading();
  const { session } = useConsole();
  const [overlap, setOverlap] = useState(HOUR);
  const [error, setError] = useState<unknown>();
  const [rotated, setRotated] = useState<RotatedSecret>();
  const [isAsking, setAsking] = useState(false);
  const rotate = async (event: Event): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    setAsking(true);
    try {
      setRotated(await session.client.tenants.rotateSecret(tenant.client_id, { overlap_seconds: overlap }));
    } catch (failure) {
      setError(failure);
    }
    setAsking(false);
  };
  const title = `${words.tenant_pages.rotate}: ${tenant.client_label}`;
  if (rotated !== undefined) {
    return (
      <Dialog title={title} onClose={onClose} isSticky>
        <SecretBox
          values={[[words.secret_field, rotated.client_secret]]}
          note={overlap === 0 ? undefined : words.tenant_pages.old_until(formats.moment(new Date(rotated.previous_valid_until)))}
          onStored={onClose}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void rotate(event)}>
        <Field label={words.tenant_pages.overlap} hint={words.tenant_pages.overlap_hint}>
          {(attributes) => (
            <select {...attributes} value={overlap} onChange={(event) => setOverlap(Number(event.currentTarget.value))}>
              {OVERLAPS.map((seconds) => (
                <option key={seconds} value={seconds}>
                  {seconds === 0 ? words.tenant_pages.at_once : formats.span(seconds * 1000)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {error !== undefined && <Problem error={error} />}
        <FormActions submit={words.tenant_pages.rotate} onCancel={onClose} isDisabled={isAsking} />
      </form>
    </Dialog>
  );
}
