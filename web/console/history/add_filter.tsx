import { type EventFilters, type Group, type History, parseId } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ID_FILTERS, type Filter, type IdFilter } from '../../timeline/filters/filters.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { idText } from '../../timeline/event/names.js';
import { Icon } from '../../timeline/view/icons.js';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import type { Words } from '../words/words.js';
import { Dialog } from '../frame/dialog.js';
import { Field } from '../frame/field.js';
import { FormActions } from '../frame/form_actions.js';

export interface AddFilterProps {
  history: History;
  asked: EventFilters;
  onAdd: (filter: Filter) => void;
}

type Kind = IdFilter | 'field';

const SHOWN_VALUES = 50;

/** Adds a filter: a value that occurs, with how often, or one that is written. */
export function AddFilter({ history, asked, onAdd }: AddFilterProps): JSX.Element {
  const { words } = useReading();
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<Kind>('event_type_id');
  const add = (filter: Filter): void => {
    setOpen(false);
    onAdd(filter);
  };
  return (
    <>
      <button type="button" title={words.add_filter} aria-label={words.add_filter} onClick={() => setOpen(true)}>
        <Icon name="plus" /> <span>{words.add_filter}</span>
      </button>
      {isOpen && (
        <Dialog title={words.add_filter} onClose={() => setOpen(false)}>
          <Field label={words.filter_by}>
            {(attributes) => (
              <select {...attributes} value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
                {ID_FILTERS.map((name) => (
                  <option key={name} value={name}>
                    {words.filter_names[name]}
                  </option>
                ))}
                <option value="field">{words.filter_field}</option>
              </select>
            )}
          </Field>
          {kind === 'field' ? <FieldValue onAdd={add} /> : <IdValue key={kind} history={history} asked={asked} name={kind} onAdd={add} />}
        </Dialog>
      )}
    </>
  );
}

function IdValue({ history, asked, name, onAdd }: AddFilterProps & { name: IdFilter }): JSX.Element {
  const { words, formats } = useReading();
  const [text, setText] = useState('');
  const by = name === 'source_id' ? (['source_type_id', 'source_id'] as const) : ([name] as const);
  const { data, error, isReading, reload } = useAnswer(
    (signal) => history.countBy({ ...asked, by, ordering: '-count', limit: SHOWN_VALUES, names: true }, { signal }),
    name,
  );
  const typed = parseId(text.trim());
  const found = (data?.results ?? []).filter((group) => `${groupName(group, name, words)} ${groupId(group, name)}`.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const first = found[0];
          const id = typed ?? first?.[name];
          if (id !== undefined) onAdd({ kind: 'id', name, id });
        }}
      >
        <Field label={words.filter_value}>
          {(attributes) => <input {...attributes} autofocus autocomplete="off" spellcheck={false} value={text} onInput={(event) => setText(event.currentTarget.value)} />}
        </Field>
        <ul class="values">
          {found.map((group) => (
            <li key={`${group.source_type_id} ${groupId(group, name)}`}>
              <button type="button" onClick={() => group[name] !== undefined && onAdd({ kind: 'id', name, id: group[name] })}>
                <bdi>{groupName(group, name, words)}</bdi>
                <span class="quiet">{formats.number(group.count)}</span>
              </button>
            </li>
          ))}
        </ul>
        {isReading && data === undefined && <Skeleton rows={4} />}
        {error !== undefined && <Problem error={error} onRetry={reload} />}
        <FormActions submit={words.apply} isDisabled={typed === undefined} />
      </form>
    </>
  );
}

function FieldValue({ onAdd }: { onAdd: (filter: Filter) => void }): JSX.Element {
  const { words } = useReading();
  const [path, setPath] = useState('');
  const [value, setValue] = useState('');
  const name = /^(data|field)\./.test(path) ? path : `data.${path}`;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onAdd({ kind: 'field', name, value });
      }}
    >
      <Field label={words.filter_field} hint={words.filter_field_hint}>
        {(attributes) => <input {...attributes} autofocus required spellcheck={false} placeholder="user.id" value={path} onInput={(event) => setPath(event.currentTarget.value)} />}
      </Field>
      <Field label={words.filter_value}>
        {(attributes) => <input {...attributes} spellcheck={false} value={value} onInput={(event) => setValue(event.currentTarget.value)} />}
      </Field>
      <FormActions submit={words.apply} />
    </form>
  );
}

function groupId(group: Group, name: IdFilter): string {
  const id = group[name];
  return id === undefined ? '' : idText(id);
}

function groupName(group: Group, name: IdFilter, words: Words): string {
  const id = group[name];
  const given = { event_type_id: group.names?.event_type, source_type_id: group.names?.source_type, source_id: group.names?.source, record_id: undefined }[name];
  if (given !== undefined) return given;
  if (typeof id === 'string') return id;
  const text = String(id);
  const says = { event_type_id: words.event_type, source_type_id: words.source_kind, source_id: words.source, record_id: words.record };
  return says[name](text);
}
