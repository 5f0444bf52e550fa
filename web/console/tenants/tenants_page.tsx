import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { Empty, Problem, Skeleton } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { changeQuery } from '../frame/route.js';
import { FirstSteps } from './first_steps.js';
import { NewTenant } from './new_tenant.js';
import { Pager } from './pager.js';
import { TenantList } from './tenant_list.js';
import { TenantSearch } from './tenant_search.js';
import { Tiles } from './tiles.js';
import { ASKED_STATES, type AskedState, type FoundTenants, readTenants } from './usage.js';

const PAGE = 50;
const PAUSE_MS = 3000;

/** The tenants of the service: how they are, and what can be done with them. */
export function TenantsPage({ query }: { query: URLSearchParams }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const offset = Math.max(0, Math.floor(Number(query.get('offset'))) || 0);
  const wanted = query.get('q')?.trim() ?? '';
  const state: AskedState = ASKED_STATES.find((each) => each === query.get('state')) ?? '';
  const [isMaking, setMaking] = useState(false);
  const asked = useAnswer((signal) => readTenants(session.client, { limit: PAGE, offset, wanted, state }, signal), `${offset} ${state} ${wanted}`);
  useFollowedChanges(asked.data, asked.reload);
  const change = (changes: Record<string, string>): void => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    changeQuery(next);
  };
  const { tenants = [], total = 0, lookedThrough } = asked.data ?? {};
  const isNarrowed = wanted !== '' || state !== '';
  const isFirst = asked.data !== undefined && total === 0 && !isNarrowed;
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
      {isFirst ? (
        <FirstSteps mayMake={session.isAdmin} />
      ) : (
        <>
          {asked.data !== undefined && <Tiles tenants={tenants} total={total} />}
          <TenantSearch
            wanted={wanted}
            state={state}
            onWanted={(q) => change({ q, offset: '' })}
            onState={(chosen) => change({ state: chosen, offset: '' })}
          />
          {lookedThrough !== undefined && <p class="quiet hint">{words.tenant_pages.looked_through(lookedThrough)}</p>}
          {asked.data === undefined && asked.error === undefined && <Skeleton rows={8} />}
          {asked.data !== undefined && tenants.length === 0 && (
            <Empty title={wanted === '' ? words.tenant_pages.none_here : words.tenant_pages.not_found(wanted)}>
              <button type="button" onClick={() => change({ q: '', state: '', offset: '' })}>
                {words.tenant_pages.show_all}
              </button>
            </Empty>
          )}
          {tenants.length > 0 && <TenantList tenants={tenants} onChanged={asked.reload} />}
          {total > PAGE && tenants.length > 0 && <Pager label={words.tenant_pages.pages} offset={offset} size={PAGE} total={total} onOffset={(to) => change({ offset: to === 0 ? '' : String(to) })} />}
        </>
      )}
      {isMaking && (
        <NewTenant
          onClose={(hasMade) => {
            setMaking(false);
            if (hasMade) asked.reload();
          }}
        />
      )}
    </div>
  );
}

/** Looks again while a tenant is being made or deleted, and keeps the focus on the page when its row is gone. */
function useFollowedChanges(found: FoundTenants | undefined, reload: () => void): void {
  useEffect(() => {
    if (document.activeElement === document.body) document.getElementById('content')?.focus();
    if (found === undefined || found.tenants.every((tenant) => tenant.state === 'active')) return undefined;
    const timer = setTimeout(reload, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [found, reload]);
}
