import type { JSX } from 'preact';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { useReading } from './reading.js';
import { useConsole } from './console.js';
import { hrefs } from './route.js';

// A list of more than these is no help; the page of tenants has all.
const LISTED = 200;

/** Goes from the history of one tenant to that of another. */
export function TenantSwitcher({ client }: { client: string | undefined }): JSX.Element | null {
  const { words } = useReading();
  const { session } = useConsole();
  const { data } = useAnswer(
    async (signal) => (session.seesTenants ? (await session.client.tenants.list({ limit: LISTED, state: 'active' }, { signal })).data : []),
    `tenants of ${client}`,
  );
  if (!session.seesTenants) return null;
  const tenants = [...(data ?? [])].sort((a, b) => a.client_label.localeCompare(b.client_label));
  const isListed = client === undefined || tenants.some((tenant) => tenant.client_id === client);
  return (
    <select
      class="switcher"
      aria-label={words.tenant}
      value={client ?? ''}
      onChange={(event) => {
        if (event.currentTarget.value !== '') location.hash = hrefs.history(event.currentTarget.value);
      }}
    >
      {client === undefined && <option value="">{words.choose_tenant}</option>}
      {!isListed && <option value={client}>{client}</option>}
      {tenants.map((tenant) => (
        <option key={tenant.client_id} value={tenant.client_id}>
          {tenant.client_label}
        </option>
      ))}
    </select>
  );
}
