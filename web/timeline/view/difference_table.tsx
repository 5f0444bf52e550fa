import type { JsonValue } from 'annals-client';
import type { JSX } from 'preact';
import type { Change } from '../event/changes.js';
import { isPlain, plainText } from '../event/json.js';
import { wordDifferences } from '../event/word_differences.js';
import { LongText } from './long_text.js';
import { RawJson } from './raw_json.js';
import { useReading } from './reading.js';

// Shorter texts are read faster as a whole.
const WORDS_FROM = 30;

/** Shows what an event has changed, field by field: what was, and what is. */
export function DifferenceTable({ changes, onField }: { changes: readonly Change[]; onField?: (field: string) => void }): JSX.Element {
  const { words } = useReading();
  return (
    <table class="differences" part="diff">
      <thead>
        <tr>
          <th scope="col">{words.field}</th>
          <th scope="col">{words.before}</th>
          <th scope="col">{words.after}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.field}>
            <th scope="row">
              {onField === undefined ? (
                <bdi>{change.field}</bdi>
              ) : (
                <button type="button" class="plain" onClick={() => onField(change.field)}>
                  <bdi>{change.field}</bdi>
                </button>
              )}
            </th>
            <Values change={change} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Values({ change: { before, after } }: { change: Change }): JSX.Element {
  const { words } = useReading();
  const isLong = typeof before === 'string' && typeof after === 'string' && before.length + after.length > WORDS_FROM * 2;
  const pieces = isLong ? wordDifferences(before, after) : undefined;
  if (pieces === undefined) {
    return (
      <>
        <td class="before" data-label={words.before}>
          <Value value={before} />
        </td>
        <td class="after" data-label={words.after}>
          <Value value={after} />
        </td>
      </>
    );
  }
  const side = (hidden: 'removed' | 'added') =>
    pieces
      .filter((piece) => piece.kind !== hidden)
      .map((piece) => (piece.kind === 'same' ? piece.text : piece.kind === 'removed' ? <del>{piece.text}</del> : <ins>{piece.text}</ins>));
  return (
    <>
      <td class="before words" data-label={words.before}>
        <bdi>{side('added')}</bdi>
      </td>
      <td class="after words" data-label={words.after}>
        <bdi>{side('removed')}</bdi>
      </td>
    </>
  );
}

function Value({ value }: { value: JsonValue | undefined }): JSX.Element {
  const { words } = useReading();
  if (value === undefined || value === null) return <span class="nothing">{words.nothing}</span>;
  if (value === '') return <span class="nothing">{words.empty_text}</span>;
  if (isPlain(value)) return <LongText text={plainText(value)} />;
  return <RawJson value={value} depth={1} />;
}
