import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { useReading } from '../frame/reading.js';

/** A number, or a word that stands in its place. */
export interface Limit<Kind extends string> {
  kind: Kind | 'number';
  number: string;
}

export interface LimitFieldProps<Kind extends string> {
  label: string;
  /** Says what can be chosen in place of a number. */
  kinds: readonly (readonly [Kind, string])[];
  value: Limit<Kind>;
  min: number;
  max: number;
  /** Says what is said below it. */
  hint?: string | undefined;
  onChange: (value: Limit<Kind>) => void;
}

/** Takes a number, or one of some words. Whoever types a number means it. */
export function LimitField<Kind extends string>({ label, kinds, value, min, max, hint, onChange }: LimitFieldProps<Kind>): JSX.Element {
  const { words } = useReading();
  const id = useId();
  const isNumber = value.kind === 'number';
  return (
    <fieldset class="limit">
      <legend>{label}</legend>
      <div>
        <select
          aria-label={words.tenant_pages.kind_of_limit}
          value={value.kind}
          onChange={(event) => {
            const kind = event.currentTarget.value as Kind | 'number';
            onChange({ kind, number: kind === 'number' ? value.number : '' });
          }}
        >
          <option value="number">{words.tenant_pages.a_number}</option>
          {kinds.map(([kind, text]) => (
            <option key={kind} value={kind}>
              {text}
            </option>
          ))}
        </select>
        <input
          type="number"
          aria-label={label}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          min={min}
          max={max}
          required={isNumber}
          value={value.number}
          placeholder={isNumber ? '' : '–'}
          onInput={(event) => onChange({ kind: 'number', number: event.currentTarget.value })}
        />
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint quiet">
          {hint}
        </p>
      )}
    </fieldset>
  );
}
