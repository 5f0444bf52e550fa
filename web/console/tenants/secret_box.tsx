import type { JSX } from 'preact';
import { CopyBox } from '../frame/copy_box.js';
import { useReading } from '../frame/reading.js';

export interface SecretBoxProps {
  /** What is shown, by what it is called. The last one is the secret. */
  values: readonly (readonly [string, string])[];
  onStored: () => void;
}

/** Shows a secret that nobody can show again. It stays until the reader says that they have it. */
export function SecretBox({ values, onStored }: SecretBoxProps): JSX.Element {
  const { words } = useReading();
  return (
    <>
      <p class="notice">{words.tenant_pages.once}</p>
      {values.map(([label, value]) => (
        <CopyBox key={label} label={label} text={value} />
      ))}
      <div class="actions">
        <button type="button" class="primary" onClick={onStored}>
          {words.tenant_pages.stored_it}
        </button>
      </div>
    </>
  );
}
