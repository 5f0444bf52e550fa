import type { NameDictionary } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from '../frame/reading.js';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { changeQuery } from '../frame/route.js';
import { countIds, type Counts, NAME_KINDS, type NameKind, type NameRow, patchOf, rowKey, rowsOf } from './names.js';
import { NameTable } from './name_table.js';
import { TenantField } from './tenant_field.js';

const NO_COUNTS: Counts = new Map();

/** Shows what people call the ids of types and sources, for all tenants or for one. */
export function NamesPage({ tenant }: { tenant: string | undefined }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [kind, setKind] = useState<NameKind>('event_types');
  const [drafts, setDrafts] = useState<ReadonlyMap<string, NameRow>>(new Map());
  const [error, setError] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const asked = useAnswer(async (signal) => {
    const read = async (of?: string): Promise<NameDictionary> => session.client.names.get(of, { signal });
    const [own, forAll] = await Promise.all([read(tenant), tenant === undefined ? undefined : read()]);
    return { own, forAll };
  }, `names of ${tenant}`);
  const counted = useAnswer(async (signal) => (tenant === undefined ? NO_COUNTS : countIds(session.client, tenant, signal)), `ids of ${tenant}`);

  const rows = asked.data === undefined ? [] : rowsOf(kind, asked.data.own, asked.data.forAll, counted.data ?? NO_COUNTS);
  const known = new Set(rows.map(rowKey));
  const added = [...drafts.values()].filter((draft) => draft.kind === kind && !known.has(rowKey(draft)));
  const changes = [...drafts.values()].filter((draft) => isChange(draft, asked.data?.own));
  const change = (next: ReadonlyMap<string, NameRow>): void => {
    setError(undefined);
    setDrafts(next);
  };
  const put = (row: NameRow): void => change(new Map(drafts).set(rowKey(row), row));
  const drop = (row: NameRow): void => change(new Map([...drafts].filter(([key]) => key !== rowKey(row))));
  const save = async (): Promise<void> => {
    setError(undefined);
    setSaving(true);
    try {
      await session.client.names.update(patchOf(changes), tenant);
      setDrafts(new Map());
      asked.reload();
      say(words.service_pages.names_saved);
    } catch (failure) {
      setError(failure);
    }
    setSaving(false);
  };
  return (
    <section aria-label={words.service_pages.names}>
      <p class="quiet hint">{words.service_pages.names_hint}</p>
      <div class="names-of">
        <TenantField value={tenant} none={words.service_pages.for_all} onChange={(chosen) => changeQuery(new URLSearchParams(chosen === undefined ? {} : { tenant: chosen }))} />
      </div>
      <div class="tabs kind-tabs" role="radiogroup" aria-label={words.service_pages.kind}>
        {NAME_KINDS.map((each) => (
          <label key={each} class={each === kind ? 'chosen' : ''}>
            <input type="radio" name="name-kind" class="hidden" checked={each === kind} onChange={() => setKind(each)} />
            {words.service_pages.kinds[each]}
          </label>
        ))}
      </div>
      {asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
      {counted.error !== undefined && asked.error === undefined && <Problem error={counted.error} onRetry={counted.reload} />}
      {asked.data === undefined && asked.error === undefined && <Skeleton rows={4} />}
      {asked.data !== undefined && (
        <NameTable key={kind} kind={kind} tenant={tenant} rows={[...rows, ...added]} drafts={drafts} mayChange={session.isAdmin} onChange={put} onUndo={drop} />
      )}
      {error !== undefined && <Problem error={error} />}
      {drafts.size > 0 && (
        <div class="actions save-bar">
          <button type="button" onClick={() => change(new Map())}>
            {words.cancel}
          </button>
          <button type="button" class="primary" disabled={changes.length === 0 || isSaving} onClick={() => void save()}>
            {words.service_pages.save_names(changes.length)}
          </button>
        </div>
      )}
    </section>
  );
}

/** Tells whether a row was written otherwise than the dictionary has it. */
function isChange(draft: NameRow, own: NameDictionary | undefined): boolean {
  const names: Readonly<Record<string, string>> = (draft.kind === 'sources' ? own?.sources[draft.of] : own?.[draft.kind]) ?? {};
  return draft.name !== (names[draft.id] ?? '');
}
