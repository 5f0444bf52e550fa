import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useReading } from './reading.js';

const SHOWN = 2048;

/** A text of any length. A long one is cut, because drawing it at once would stop the page. */
export function LongText({ text }: { text: string }): JSX.Element {
  const { words, formats } = useReading();
  const [shown, setShown] = useState(SHOWN);
  if (text.length <= shown) return <bdi class="text">{text}</bdi>;
  return (
    <>
      <bdi class="text">{text.slice(0, shown)}</bdi>…{' '}
      <button type="button" class="link" onClick={() => setShown(shown * 16)}>
        {words.show_more(formats.number(text.length - shown))}
      </button>
    </>
  );
}
