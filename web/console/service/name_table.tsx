import { parseId } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { type NameKind, type NameRow, rowKey } from './names.js';
import { TemplatePreview } from './template_preview.js';

export interface NameTableProps {
  kind: NameKind;
  tenant: string | undefined;
  rows: readonly NameRow[];
  drafts: ReadonlyMap<string, NameRow>;
  mayChange: boolean;
  onChange: (row: NameRow) => void;
  /** Forgets what was written in a row. */
  onUndo: (row: NameRow) => void;
}

/** The ids of one kind with their names, which are edited in place. */
export function NameTable({ kind, tenant, rows, drafts, mayChange, onChange, onUndo }: NameTableProps): JSX.Element {
  const { words } = useReading();
  return (
    <>
      {kind === 'event_templates' && <p class="quiet hint">{words.service_pages.template_hint}</p>}
      {rows.length === 0 && <p class="quiet">{words.service_pages.no_names}</p>}
      <ul class="name-rows">
        {rows.map((row) => (
          <Row key={rowKey(row)} row={row} draft={drafts.get(rowKey(row))} tenant={tenant} mayChange={mayChange} onChange={onChange} onUndo={onUndo} />
        ))}
      </ul>
      {mayChange && <AddName kind={kind} rows={rows} onAdd={onChange} />}
    </>
  );
}

interface RowProps extends Pick<NameTableProps, 'tenant' | 'mayChange' | 'onChange' | 'onUndo'> {
  row: NameRow;
  draft: NameRow | undefined;
}

function Row({ row, draft, tenant, mayChange, onChange, onUndo }: RowProps): JSX.Element {
  const { words, formats } = useReading();
  const [wasVisited, setVisited] = useState(false);
  const { service_pages: said } = words;
  const label = labelOf(row);
  const text = draft?.name ?? row.name;
  const isTemplate = row.kind === 'event_templates';
  const shownTemplate = text === '' ? row.forAll : text;
  return (
    <li class={draft === undefined ? '' : 'changed'} onFocusIn={() => setVisited(true)}>
      <span class="name-id">
        <code>{label}</code> {row.about !== '' && <small class="quiet">{row.about}</small>}
      </span>
      <input
        id={idOf(row)}
        aria-label={said.name_of(label)}
        maxLength={isTemplate ? 1000 : 255}
        readOnly={!mayChange}
        spellcheck={!isTemplate}
        placeholder={row.forAll !== '' ? row.forAll : isTemplate ? '{source} changed {data.field}' : said.no_name}
        value={text}
        onInput={(event) => onChange({ ...row, name: event.currentTarget.value })}
      />
      <span class="quiet number">
        {row.count !== undefined && words.events(row.count, formats.number(row.count))}
        {text === '' && row.forAll !== '' && <small> {said.from_all}</small>}
      </span>
      <span class="name-act">
        {mayChange && draft !== undefined && (
          <button type="button" class="small" title={said.undo} aria-label={`${said.undo}: ${label}`} onClick={() => onUndo(row)}>
            <Icon name="history" />
          </button>
        )}
        {mayChange && draft === undefined && row.name !== '' && (
          <button type="button" class="small" title={said.remove} aria-label={`${said.remove}: ${label}`} onClick={() => onChange({ ...row, name: '' })}>
            <Icon name="close" />
          </button>
        )}
      </span>
      {isTemplate && wasVisited && shownTemplate !== '' && <TemplatePreview tenant={tenant} eventType={row.id} template={shownTemplate} />}
    </li>
  );
}

interface AddNameProps {
  kind: NameKind;
  rows: readonly NameRow[];
  onAdd: (row: NameRow) => void;
}

/** Adds an id. One that is there already gets the focus. */
function AddName({ kind, rows, onAdd }: AddNameProps): JSX.Element {
  const { words } = useReading();
  const [of, setOf] = useState('');
  const [id, setId] = useState('');
  const [isWrong, setWrong] = useState(false);
  const isSource = kind === 'sources';
  const add = (event: Event): void => {
    event.preventDefault();
    const row: NameRow = { kind, of: isSource ? of.trim() : '', id: id.trim(), name: '', forAll: '', about: '', count: undefined };
    const isId = parseId(row.id) !== undefined && (!isSource || parseId(row.of) !== undefined);
    setWrong(!isId);
    if (!isId) return;
    if (!rows.some((each) => rowKey(each) === rowKey(row))) onAdd(row);
    setId('');
    setTimeout(() => document.getElementById(idOf(row))?.focus());
  };
  return (
    <>
      <form class="add-name" onSubmit={add}>
        {isSource && <input required aria-label={words.source_type} placeholder={words.source_type} value={of} onInput={(event) => setOf(event.currentTarget.value)} />}
        <input required aria-label={words.service_pages.id} aria-invalid={isWrong} placeholder={words.service_pages.id} value={id} onInput={(event) => setId(event.currentTarget.value)} />
        <button type="submit">
          <Icon name="plus" /> {words.service_pages.add_name}
        </button>
      </form>
      {isWrong && (
        <p class="field-problem" role="alert">
          {words.service_pages.no_id}
        </p>
      )}
    </>
  );
}

function labelOf(row: NameRow): string {
  return row.kind === 'sources' ? `${row.of} / ${row.id}` : row.id;
}

function idOf(row: NameRow): string {
  return `name ${rowKey(row)}`;
}
