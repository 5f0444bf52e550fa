import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { Problem, problemText, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { hrefs, changeQuery } from '../frame/route.js';
import { NAME_KINDS, type NameKind, type NameRow, patchOf, rowKey, rowsIn, unnamed } from './names.js';
import { NameTable } from './name_table.js';
import { TenantField } from './tenant_field.js';

/** What people call the ids of types and sources, for all tenants or for one. */
export function NamesPage({ tenant }: { tenant: string | undefined }): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [kind, setKind] = useState<NameKind>('event_types');
  const [drafts, setDrafts] = useState<ReadonlyMap<string, NameRow>>(new Map());
  const [error, setError] = useState<string>();
  const asked = useAnswer(async (signal) => {
    const [dictionary, open] = await Promise.all([
      session.client.names.get(tenant, { signal }),
      tenant === undefined ? [] : unnamed(session.client, tenant, signal),
    ]);
    return [...open, ...rowsIn(dictionary)];
  }, `names of ${tenant}`);
  const put = (row: NameRow): void => setDrafts((old) => new Map(old).set(rowKey(row), row));
  const save = async (): Promise<void> => {
    setError(undefined);
    try {
      await session.client.names.update(patchOf([...drafts.values()]), tenant);
      setDrafts(new Map());
      asked.reload();
      say(words.service_pages.names_saved);
    } catch (failure) {
      setError(problemText(failure, words));
    }
  };
  const known = asked.data ?? [];
  const added = [...drafts.values()].filter((draft) => !known.some((row) => rowKey(row) === rowKey(draft)));
  const rows = [...known, ...added].filter((row) => row.kind === kind);
  return (
    <section aria-label={words.service_pages.names}>
      <p class="quiet hint">{words.service_pages.names_hint}</p>
      <TenantField
        value={tenant}
        none={words.service_pages.for_all}
        onChange={(chosen) => {
          location.hash = hrefs.service('names');
          changeQuery(new URLSearchParams(chosen === undefined ? {} : { tenant: chosen }));
        }}
      />
      <div class="tabs kind-tabs" role="radiogroup" aria-label={words.service_pages.kind}>
        {NAME_KINDS.map((each) => (
          <label key={each} class={each === kind ? 'chosen' : ''}>
            <input type="radio" name="name-kind" class="hidden" checked={each === kind} onChange={() => setKind(each)} />
            {words.service_pages.kinds[each]}
          </label>
        ))}
      </div>
      {asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
      {asked.data === undefined && asked.error === undefined && <Skeleton rows={4} />}
      {asked.data !== undefined && <NameTable key={kind} kind={kind} rows={rows} drafts={drafts} mayChange={session.isAdmin} onChange={put} />}
      {error !== undefined && (
        <p class="field-problem" role="alert">
          {error}
        </p>
      )}
      {drafts.size > 0 && (
        <div class="actions save-bar">
          <button type="button" onClick={() => setDrafts(new Map())}>
            {words.cancel}
          </button>
          <button type="button" class="primary" onClick={() => void save()}>
            {words.service_pages.save_names(drafts.size)}
          </button>
        </div>
      )}
    </section>
  );
}
