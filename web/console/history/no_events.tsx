import type { JSX } from 'preact';
import { type Filters, listed, withoutFilter } from '../../timeline/filters/filters.js';
import { Empty } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { filterText } from './pills.js';
import type { FilterNames } from './use_names.js';

/** Why there is nothing to see, and what would show more. */
export function NoEvents({ filters, names, onChange }: { filters: Filters; names: FilterNames; onChange: (filters: Filters) => void }): JSX.Element {
  const { words, formats } = useReading();
  const all = listed(filters);
  if (all.length === 0) {
    return (
      <Empty title={words.no_events}>
        <p class="quiet">{words.no_events_hint}</p>
      </Empty>
    );
  }
  return (
    <Empty title={words.nothing_found}>
      <p class="offers">
        {all.map((filter) => {
          const text = filterText(filter, words, formats, names);
          return (
            <button key={text} type="button" onClick={() => onChange(withoutFilter(filters, filter))}>
              {words.without(text)}
            </button>
          );
        })}
      </p>
    </Empty>
  );
}
