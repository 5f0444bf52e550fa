import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { Empty, Problem, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { changeQuery } from '../frame/route.js';
import { NewTenant } from './new_tenant.js';
import { TenantList } from './tenant_list.js';
import { Tiles } from './tiles.js';
import { readTenants } from './usage.js';

const PAGE = 50;

/** The tenants of the service: how they are, and what can be done with them. */
export function TenantsPage({ query }: { query: URLSearchParams }): JSX.Element {
  const { words, formats } = useReading();
  const { session } = useConsole();
  const offset = Math.max(0, Number(query.get('offset')) || 0);
  const wanted = query.get('q') ?? '';
  const [isMaking, setMaking] = useState(false);
  const asked = useAnswer((signal) => readTenants(session.client, { limit: PAGE, offset, wanted }, signal), `${offset} ${wanted}`);
  const change = (changes: Record<string, string>): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    changeQuery(next);
  };
  const total = asked.data?.total ?? 0;
  return (
    <div class="page tenants">
      <div class="page-head">
        <h1>{words.tenants}</h1>
        {session.isAdmin && (
          <button type="button" class="primary" onClick={() => setMaking(true)}>
            <Icon name="plus" /> {words.tenant_pages.make}
          </button>
        )}
      </div>
      {asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
      {asked.data === undefined && asked.error === undefined && <Skeleton rows={8} />}
      {asked.data !== undefined && (
        <>
          <Tiles tenants={asked.data.tenants} total={total} />
          <form
            class="search tenant-search"
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              change({ q: new FormData(event.currentTarget).get('q') as string, offset: '' });
            }}
          >
            <Icon name="search" />
            <input type="search" name="q" aria-label={words.tenant_pages.find} placeholder={words.tenant_pages.find} defaultValue={wanted} />
          </form>
          {asked.data.tenants.length === 0 ? (
            <Empty title={wanted === '' ? words.tenant_pages.none : words.tenant_pages.not_found(wanted)}>
              {wanted === '' && <p class="quiet">{words.tenant_pages.none_hint}</p>}
            </Empty>
          ) : (
            <TenantList tenants={asked.data.tenants} onChanged={asked.reload} />
          )}
          {total > PAGE && (
            <nav class="pager" aria-label={words.tenant_pages.pages}>
              <button type="button" disabled={offset === 0} onClick={() => change({ offset: String(Math.max(0, offset - PAGE) || '') })}>
                <Icon name="back" /> {words.tenant_pages.newer}
              </button>
              <span class="quiet">
                {formats.number(offset + 1)}–{formats.number(Math.min(offset + PAGE, total))} / {formats.number(total)}
              </span>
              <button type="button" disabled={offset + PAGE >= total} onClick={() => change({ offset: String(offset + PAGE) })}>
                {words.tenant_pages.older} <Icon name="forward" />
              </button>
            </nav>
          )}
        </>
      )}
      {isMaking && (
        <NewTenant
          onClose={() => {
            setMaking(false);
            asked.reload();
          }}
        />
      )}
    </div>
  );
}
