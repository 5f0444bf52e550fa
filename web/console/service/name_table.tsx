import { parseId } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { type NameKind, type NameRow, rowKey } from './names.js';

export interface NameTableProps {
  kind: NameKind;
  rows: readonly NameRow[];
  drafts: ReadonlyMap<string, NameRow>;
  mayChange: boolean;
  onChange: (row: NameRow) => void;
}

/** The ids of one kind with their names, which are edited in place. */
export function NameTable({ kind, rows, drafts, mayChange, onChange }: NameTableProps): JSX.Element {
  const { words, formats } = useReading();
  const isSource = kind === 'sources';
  return (
    <>
      {rows.length === 0 && <p class="quiet">{words.service_pages.no_names}</p>}
      <ul class="name-rows">
        {rows.map((row) => {
          const draft = drafts.get(rowKey(row));
          const label = isSource ? `${row.of} / ${row.id}` : row.id;
          return (
            <li key={rowKey(row)} class={draft === undefined ? '' : 'changed'}>
              <code>{label}</code>
              <input
                aria-label={words.service_pages.name_of(label)}
                maxLength={255}
                readOnly={!mayChange}
                placeholder={kind === 'event_templates' ? '{source} changed {data.field}' : words.service_pages.no_name}
                value={draft?.name ?? row.name}
                onInput={(event) => onChange({ ...row, name: event.currentTarget.value })}
              />
              <span class="quiet number">{row.count !== undefined && words.events(row.count, formats.number(row.count))}</span>
            </li>
          );
        })}
      </ul>
      {mayChange && <AddName kind={kind} onAdd={onChange} />}
    </>
  );
}

function AddName({ kind, onAdd }: { kind: NameKind; onAdd: (row: NameRow) => void }): JSX.Element {
  const { words } = useReading();
  const [of, setOf] = useState('');
  const [id, setId] = useState('');
  const isSource = kind === 'sources';
  return (
    <form
      class="add-name"
      onSubmit={(event) => {
        event.preventDefault();
        if (parseId(id.trim()) === undefined || (isSource && parseId(of.trim()) === undefined)) return;
        onAdd({ kind, of: isSource ? of.trim() : '', id: id.trim(), name: '', count: undefined });
        setId('');
      }}
    >
      {isSource && (
        <input required aria-label={words.source_type} placeholder={words.source_type} value={of} onInput={(event) => setOf(event.currentTarget.value)} />
      )}
      <input required aria-label={words.service_pages.id} placeholder={words.service_pages.id} value={id} onInput={(event) => setId(event.currentTarget.value)} />
      <button type="submit">
        <Icon name="plus" /> {words.service_pages.add_name}
      </button>
    </form>
  );
}
