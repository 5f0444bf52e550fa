import type { Key } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from '../frame/reading.js';
import { Empty, Problem, Skeleton } from '../../timeline/view/states.js';
import { useConsole } from '../frame/console.js';
import { Pager } from '../tenants/pager.js';
import { KeyFacts } from './key_facts.js';
import { NewKeyDialog } from './new_key.js';
import { RemoveKey } from './remove_key.js';

const PAGE = 50;
const MOST_TENANTS = 1000;

/** The keys that were made over the API. */
export function KeyList(): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [offset, setOffset] = useState(0);
  const [isMaking, setMaking] = useState(false);
  const [removed, setRemoved] = useState<Key>();
  const [failure, setFailure] = useState<unknown>();
  const asked = useAnswer(async (signal) => {
    const page = await session.client.keys.list({ limit: PAGE, offset }, { signal });
    return { keys: page.data, total: page.total_count ?? page.data.length };
  }, `keys ${offset}`);
  const tenants = useAnswer(async (signal) => (await session.client.tenants.list({ limit: MOST_TENANTS }, { signal })).data, 'tenants');
  const labels = new Map((tenants.data ?? []).map((tenant) => [tenant.client_id, tenant.client_label]));
  const change = async (key: Key): Promise<void> => {
    setFailure(undefined);
    try {
      await session.client.keys.update(key.key_id, { disabled: !key.disabled });
      say(words.tenant_pages.changed(key.name));
    } catch (error) {
      setFailure(error);
    }
    asked.reload();
  };
  const { keys = [], total = 0 } = asked.data ?? {};
  return (
    <section aria-label={words.service_pages.keys}>
      <div class="page-head">
        <p class="quiet hint">{words.service_pages.keys_hint}</p>
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          <Icon name="plus" /> {words.service_pages.make_key}
        </button>
      </div>
      {failure !== undefined && <Problem error={failure} />}
      {asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
      {asked.data === undefined && asked.error === undefined && <Skeleton rows={4} />}
      {asked.data !== undefined && keys.length === 0 && <Empty title={words.service_pages.no_keys} />}
      <ul class="key-list">
        {keys.map((key) => (
          <li key={key.key_id}>
            <KeyFacts apiKey={key} labels={labels} />
            <span class="key-acts">
              <button type="button" aria-label={`${key.disabled ? words.service_pages.enable : words.service_pages.disable}: ${key.name}`} onClick={() => void change(key)}>
                {key.disabled ? words.service_pages.enable : words.service_pages.disable}
              </button>
              <button type="button" class="danger" aria-label={`${words.tenant_pages.delete}: ${key.name}`} onClick={() => setRemoved(key)}>
                {words.tenant_pages.delete}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {total > PAGE && <Pager label={words.service_pages.pages_of_keys} offset={offset} size={PAGE} total={total} onOffset={setOffset} />}
      {isMaking && (
        <NewKeyDialog
          labels={labels}
          onClose={(hasMade) => {
            setMaking(false);
            if (hasMade) asked.reload();
          }}
        />
      )}
      {removed !== undefined && (
        <RemoveKey
          apiKey={removed}
          onClose={(isGone) => {
            setRemoved(undefined);
            if (isGone) asked.reload();
          }}
        />
      )}
    </section>
  );
}
