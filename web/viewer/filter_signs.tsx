import type { JSX } from 'preact';
import { idText } from '../timeline/event/names.js';
import type { Filter } from '../timeline/filters/filters.js';
import { isRelative, momentOf } from '../timeline/filters/moments.js';
import { Icon } from '../timeline/view/icons.js';
import { type Reading, useReading } from '../timeline/view/reading.js';

export interface FilterSignsProps {
  filters: readonly Filter[];
  /** Says what people call an id, by the filter's name and the id. */
  labels: ReadonlyMap<string, string>;
  onRemove: (filter: Filter) => void;
  onClear: () => void;
}

/** Shows what narrows the list, each with a button that removes it. */
export function FilterSigns({ filters, labels, onRemove, onClear }: FilterSignsProps): JSX.Element | null {
  const reading = useReading();
  const { words } = reading;
  const shown = filters.filter((filter) => filter.kind !== 'q');
  if (shown.length === 0) return null;
  return (
    <ul class="signs" part="filters">
      {shown.map((filter) => {
        const text = textOf(filter, labels, reading);
        return (
          <li key={text}>
            <button type="button" class="chip" aria-label={words.remove_filter(text)} onClick={() => onRemove(filter)}>
              <bdi>{text}</bdi> <Icon name="close" />
            </button>
          </li>
        );
      })}
      {shown.length > 1 && (
        <li>
          <button type="button" class="small" onClick={onClear}>
            {words.clear_filters}
          </button>
        </li>
      )}
    </ul>
  );
}

function textOf(filter: Filter, labels: ReadonlyMap<string, string>, { words, formats }: Reading): string {
  switch (filter.kind) {
    case 'q':
      return filter.text;
    case 'field':
      return `${filter.name.replace(/^(data|field)\./, '')}: ${filter.value}`;
    case 'id':
      return labels.get(`${filter.name} ${filter.id}`) ?? `${words.filter_names[filter.name]}: ${idText(filter.id)}`;
    case 'time':
      break;
  }
  const relative = /^-(\d+)([mhdw])$/.exec(filter.from);
  if (relative !== null && isRelative(filter.from) && filter.to === '') return words.last(Number(relative[1]), relative[2] as string);
  const write = (text: string): string => {
    const time = momentOf(text, new Date());
    if (time === undefined) return text;
    return formats.clock(time) === '00:00' ? formats.shortDay(time) : `${formats.shortDay(time)}, ${formats.clock(time)}`;
  };
  if (filter.to === '') return words.since(write(filter.from));
  if (filter.from === '') return words.until(write(filter.to));
  return `${write(filter.from)} – ${write(filter.to)}`;
}
