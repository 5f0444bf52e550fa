import type { EventFilters, History } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Filter, Filters } from '../../timeline/filters/filters.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { AddFilter } from './add_filter.js';
import { TimeRange } from './time_range.js';

export interface FilterLineProps {
  history: History;
  filters: Filters;
  asked: EventFilters;
  onChange: (filters: Filters, others?: Record<string, string | undefined>) => void;
  onAdd: (filter: Filter) => void;
}

const PAUSE_MS = 350;

/** Shows what is looked for: words, a time, and further filters. */
export function FilterLine({ history, filters, asked, onChange, onAdd }: FilterLineProps): JSX.Element {
  const { words } = useReading();
  const [text, setText] = useState(filters.q);
  useEffect(() => setText(filters.q), [filters.q]);
  useEffect(() => {
    if (text === filters.q) return undefined;
    const timer = setTimeout(() => onChange({ ...filters, q: text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filters, onChange]);
  return (
    <>
      <form
        class="search"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          onChange({ ...filters, q: text });
        }}
      >
        <Icon name="search" />
        <input type="search" aria-label={words.search} placeholder={words.search_hint} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </form>
      <TimeRange from={filters.from} to={filters.to} onChange={(from, to) => onChange({ ...filters, from, to }, { at: undefined })} />
      <AddFilter history={history} asked={asked} onAdd={onAdd} />
    </>
  );
}
