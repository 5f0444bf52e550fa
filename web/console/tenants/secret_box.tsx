import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CopyBox } from '../frame/copy_box.js';
import { useReading } from '../frame/reading.js';

export interface SecretBoxProps {
  /** Says what is shown, by what it is called. The last one is the secret. */
  values: readonly (readonly [string, string])[];
  /** Says what else there is to know. */
  note?: string | undefined;
  onStored: () => void;
}

/** Shows a secret that nobody can show again. It stays until the reader says that they have it, also if they would leave the page. */
export function SecretBox({ values, note, onStored }: SecretBoxProps): JSX.Element {
  const { words } = useReading();
  const notice = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The form with the focus is gone.
    notice.current?.focus();
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    globalThis.addEventListener('beforeunload', stay);
    return () => globalThis.removeEventListener('beforeunload', stay);
  }, []);
  return (
    <>
      <p class="notice" tabIndex={-1} ref={notice}>
        {words.tenant_pages.once}
      </p>
      {values.map(([label, value]) => (
        <CopyBox key={label} label={label} text={value} />
      ))}
      {note !== undefined && <p class="quiet">{note}</p>}
      <div class="actions">
        <button type="button" class="primary" onClick={onStored}>
          {words.tenant_pages.stored_it}
        </button>
      </div>
    </>
  );
}
