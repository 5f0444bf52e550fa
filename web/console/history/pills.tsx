import type { JSX } from 'preact';
import { type Filter, type Filters, listed, NO_FILTERS, withoutFilter } from '../../timeline/filters/filters.js';
import { idText } from '../../timeline/event/names.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import type { Formats } from '../../words/format.js';
import type { Words } from '../words/words.js';
import { rangeName } from './time_range.js';
import type { FilterNames } from './use_names.js';

export interface PillsProps {
  filters: Filters;
  names: FilterNames;
  onChange: (filters: Filters) => void;
}

/** The filters that hold, each of which can be removed. */
export function Pills({ filters, names, onChange }: PillsProps): JSX.Element {
  const { words, formats } = useReading();
  const all = listed(filters);
  return (
    <ul class="pills">
      {all.map((filter) => {
        const text = filterText(filter, words, formats, names);
        return (
          <li key={text}>
            <button type="button" class="pill" aria-label={words.remove_filter(text)} onClick={() => onChange(withoutFilter(filters, filter))}>
              <bdi>{text}</bdi> <Icon name="close" />
            </button>
          </li>
        );
      })}
      {all.length > 1 && (
        <li>
          <button type="button" class="link" onClick={() => onChange(NO_FILTERS)}>
            {words.clear_filters}
          </button>
        </li>
      )}
    </ul>
  );
}

/** Returns a filter in words: "Record 7". */
export function filterText(filter: Filter, words: Words, formats: Formats, names: FilterNames): string {
  switch (filter.kind) {
    case 'q':
      return `“${filter.text}”`;
    case 'time':
      return rangeName(filter.from, filter.to, words, formats);
    case 'id':
      return `${words.filter_names[filter.name]}: ${names.get(`${filter.name} ${idText(filter.id)}`) ?? idText(filter.id)}`;
    case 'field':
      return `${filter.name.replace(/^data\./, '')} = ${filter.value}`;
  }
}
