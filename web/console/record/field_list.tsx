import type { JSX } from 'preact';
import { valueText } from '../../timeline/event/sentence.js';
import { useNow, useReading } from '../frame/reading.js';
import type { RecordField } from './fields.js';

export interface FieldListProps {
  fields: readonly RecordField[];
  chosen: string | undefined;
  onChoose: (field: string | undefined) => void;
}

const SHOWN = 100;

/** Shows what the fields of a record are by now. A field that is chosen shows its own history alone. */
export function FieldList({ fields, chosen, onChoose }: FieldListProps): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow();
  return (
    <section class="fields" aria-label={words.all_fields}>
      <h2>
        {words.all_fields} <span class="quiet">{words.value_now}</span>
      </h2>
      <p class="quiet hint">{words.derived}</p>
      <ul>
        {fields.slice(0, SHOWN).map((field) => (
          <li key={field.name}>
            <button type="button" aria-pressed={chosen === field.name} onClick={() => onChoose(chosen === field.name ? undefined : field.name)}>
              <bdi class="quiet">{field.name}</bdi>
              <bdi class="value">{valueText(field.values[0]?.value, words)}</bdi>
              <span class="quiet">
                {words.changes_count(field.values.length)} · {formats.ago(field.values[0]?.since ?? now, now)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
