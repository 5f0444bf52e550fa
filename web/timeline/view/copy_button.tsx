import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { useReading } from './reading.js';

const SAID_MS = 2000;

/** Copies a text, and says whether it could. */
export function CopyButton({ text, what, label }: { text: string; what: string; label?: string }): JSX.Element {
  const { words } = useReading();
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = said === '' ? undefined : setTimeout(() => setSaid(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    // Pages that are not served over TLS have no clipboard, except on this machine.
    const copying = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copying.then(
      () => setSaid(words.copied),
      () => setSaid(words.not_copied),
    );
  };
  return (
    <button type="button" class={label === undefined ? 'small' : ''} onClick={copy} title={what} aria-label={label === undefined ? what : undefined}>
      <Icon name={said === words.copied ? 'check' : 'copy'} /> {said === '' ? label : said}
      <span class="hidden" role="status">
        {said}
      </span>
    </button>
  );
}
