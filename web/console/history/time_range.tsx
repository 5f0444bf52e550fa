import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { momentOf } from '../../timeline/filters/moments.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import type { Formats } from '../../words/format.js';
import type { Words } from '../words/words.js';
import { Field } from '../frame/field.js';
import { useClosedFromOutside } from '../frame/menu.js';

export interface TimeRangeProps {
  from: string;
  to: string;
  onChange: (from: string, to: string) => void;
}

const PRESETS = ['-15m', '-1h', '-24h', '-7d', '-30d', '-90d'];

/** Chooses a time. One that moves with the reader, as the last hour, stays such a one in links. */
export function TimeRange({ from, to, onChange }: TimeRangeProps): JSX.Element {
  const { words, formats } = useReading();
  const details = useRef<HTMLDetailsElement>(null);
  useClosedFromOutside(details);
  const choose = (first: string, last: string): void => {
    if (details.current !== null) {
      details.current.open = false;
      details.current.querySelector('summary')?.focus();
    }
    onChange(first, last);
  };
  return (
    <details class="menu range" ref={details}>
      <summary class="button">
        <Icon name="history" />
        <span>{rangeName(from, to, words, formats)}</span>
        <Icon name="down" />
      </summary>
      <div class="menu-body start" role="group" aria-label={words.time_range}>
        {['', ...PRESETS].map((preset) => (
          <button key={preset} type="button" aria-pressed={from === preset && to === ''} onClick={() => choose(preset, '')}>
            {preset === '' ? words.all_time : rangeName(preset, '', words, formats)}
          </button>
        ))}
        <Between from={from} to={to} onChange={choose} />
      </div>
    </details>
  );
}

function Between({ from, to, onChange }: TimeRangeProps): JSX.Element {
  const { words } = useReading();
  const [first, setFirst] = useState(localText(from));
  const [last, setLast] = useState(localText(to));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(momentText(first), momentText(last));
      }}
    >
      <Field label={words.from}>
        {(attributes) => <input {...attributes} type="datetime-local" step="1" value={first} onInput={(event) => setFirst(event.currentTarget.value)} />}
      </Field>
      <Field label={words.to}>
        {(attributes) => <input {...attributes} type="datetime-local" step="1" value={last} onInput={(event) => setLast(event.currentTarget.value)} />}
      </Field>
      <button type="submit" class="primary">
        {words.apply}
      </button>
    </form>
  );
}

/** Returns a time as a field of the browser has it: in the reader's zone, without one. */
export function localText(text: string): string {
  const moment = text === '' ? undefined : momentOf(text, new Date());
  if (moment === undefined) return '';
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** Returns what a field of the browser has as a time of a filter. */
export function momentText(local: string): string {
  const moment = new Date(local);
  return local === '' || Number.isNaN(moment.getTime()) ? '' : moment.toISOString();
}

/** "Last 24 hours", "since 1 Nov 2026, 00:00:00" */
export function rangeName(from: string, to: string, words: Words, formats: Formats): string {
  if (from === '' && to === '') return words.all_time;
  const relative = /^-(\d+)([mhdw])$/.exec(from);
  if (relative !== null && to === '') return words.last(Number(relative[1]), relative[2] as string);
  const text = (time: string): string => {
    const moment = momentOf(time, new Date());
    return moment === undefined ? time : formats.moment(moment);
  };
  if (to === '') return words.since(text(from));
  if (from === '') return words.until(text(to));
  return `${text(from)} – ${text(to)}`;
}
