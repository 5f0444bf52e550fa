import type { JSX } from 'preact';
import { CopyButton } from '../../timeline/view/copy_button.js';
import { useReading } from './reading.js';

/** A text that the reader takes away: a link, a command, a secret. */
export function CopyBox({ label, text }: { label: string; text: string }): JSX.Element {
  const { words } = useReading();
  return (
    <div class="shared">
      <p>{label}</p>
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton text={text} what={`${words.copy}: ${label}`} label={words.copy} />
    </div>
  );
}
