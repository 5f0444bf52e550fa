import type { JsonValue } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isObject, isPlain, plainText } from '../event/json.js';
import { LongText } from './long_text.js';
import { useReading } from './reading.js';

const OPEN_DEPTH = 3;
const SHOWN_ITEMS = 100;

/** JSON as a tree that can be folded. What lies deep is folded at first, and long lists are shown in parts. */
export function RawJson({ value, depth = 0 }: { value: JsonValue; depth?: number }): JSX.Element {
  const { words } = useReading();
  const [shown, setShown] = useState(SHOWN_ITEMS);
  if (typeof value === 'string') return <span class="json text-value">"<LongText text={value} />"</span>;
  if (isPlain(value)) return <span class="json plain-value">{plainText(value)}</span>;
  const entries: [string, JsonValue][] = isObject(value)
    ? Object.entries(value)
    : value.map((item, index): [string, JsonValue] => [String(index), item]);
  const summary = isObject(value) ? words.fields(entries.length) : words.items(entries.length);
  if (entries.length === 0) return <span class="json plain-value">{isObject(value) ? '{}' : '[]'}</span>;
  return (
    <details class="json" open={depth < OPEN_DEPTH}>
      <summary>{summary}</summary>
      <ul>
        {entries.slice(0, shown).map(([key, item]) => (
          <li key={key}>
            <bdi class="key">{key}</bdi>: <RawJson value={item} depth={depth + 1} />
          </li>
        ))}
      </ul>
      {entries.length > shown && (
        <button type="button" class="link" onClick={() => setShown(shown * 10)}>
          {words.show_more(String(entries.length - shown))}
        </button>
      )}
    </details>
  );
}
