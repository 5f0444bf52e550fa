import type { Key } from 'annals-client';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { Empty, Problem, problemText, Skeleton } from '../../timeline/view/states.js';
import { useNow, useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { Dialog } from '../frame/dialog.js';
import { NewKeyDialog } from './new_key.js';

const SHOWN = 200;

/** The keys that were made over the API. */
export function KeyList(): JSX.Element {
  const { words } = useReading();
  const { session, say } = useConsole();
  const [isMaking, setMaking] = useState(false);
  const [removed, setRemoved] = useState<Key>();
  const asked = useAnswer(async (signal) => {
    const [keys, tenants] = await Promise.all([
      session.client.keys.list({ limit: SHOWN }, { signal }),
      session.client.tenants.list({ limit: SHOWN }, { signal }),
    ]);
    return { keys: keys.data, labels: new Map(tenants.data.map((tenant) => [tenant.client_id, tenant.client_label])) };
  }, 'keys');
  const change = async (key: Key): Promise<void> => {
    try {
      await session.client.keys.update(key.key_id, { disabled: !key.disabled });
      say(words.tenant_pages.changed(key.name));
    } catch (error) {
      say(problemText(error, words));
    }
    asked.reload();
  };
  const keys = asked.data?.keys ?? [];
  return (
    <section aria-label={words.service_pages.keys}>
      <div class="page-head">
        <p class="quiet hint">{words.service_pages.keys_hint}</p>
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          <Icon name="plus" /> {words.service_pages.make_key}
        </button>
      </div>
      {asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
      {asked.data === undefined && asked.error === undefined && <Skeleton rows={4} />}
      {asked.data !== undefined && keys.length === 0 && <Empty title={words.service_pages.no_keys} />}
      <ul class="key-list">
        {keys.map((key) => (
          <li key={key.key_id}>
            <KeyFacts apiKey={key} labels={asked.data?.labels ?? new Map()} />
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
      {isMaking && (
        <NewKeyDialog
          labels={asked.data?.labels ?? new Map()}
          onClose={() => {
            setMaking(false);
            asked.reload();
          }}
        />
      )}
      {removed !== undefined && (
        <RemoveKey
          apiKey={removed}
          onClose={() => {
            setRemoved(undefined);
            asked.reload();
          }}
        />
      )}
    </section>
  );
}

function KeyFacts({ apiKey, labels }: { apiKey: Key; labels: ReadonlyMap<string, string> }): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow();
  const bound = apiKey.client_ids?.map((id) => labels.get(id) ?? id);
  return (
    <div class="key-facts">
      <p>
        <strong>{apiKey.name}</strong> <span class="role">{words.service_pages.roles[apiKey.role]}</span>
        {apiKey.disabled && <span class="role ill">{words.service_pages.disabled}</span>}
      </p>
      <p class="quiet">
        {bound === undefined ? words.service_pages.all_tenants : formats.list(bound)}
        {' · '}
        {apiKey.last_used_at === null ? words.service_pages.never_used : words.service_pages.used(formats.ago(new Date(apiKey.last_used_at), now))}
        {' · '}
        {apiKey.expires_at === null ? words.service_pages.no_end : words.service_pages.ends(formats.moment(new Date(apiKey.expires_at)))}
      </p>
    </div>
  );
}

function RemoveKey({ apiKey, onClose }: { apiKey: Key; onClose: () => void }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const [error, setError] = useState<unknown>();
  return (
    <Dialog title={`${words.tenant_pages.delete}: ${apiKey.name}`} onClose={onClose}>
      <p>{words.service_pages.delete_key_means}</p>
      {error !== undefined && <Problem error={error} />}
      <div class="actions">
        <button type="button" autofocus onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" class="danger" onClick={() => session.client.keys.delete(apiKey.key_id).then(onClose, setError)}>
          {words.tenant_pages.delete}
        </button>
      </div>
    </Dialog>
  );
}
