import type { JSX } from 'preact';
import { Empty } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { AUDIT, hrefs } from '../frame/route.js';
import { Embed } from './embed.js';
import { Health } from './health.js';
import { KeyList } from './key_list.js';
import { NamesPage } from './names_page.js';

/** The service itself: how it is, who may use it, what ids are called, and how histories are embedded. */
export function ServicePage({ tab, query }: { tab: string; query: URLSearchParams }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  const tabs: [string, string, boolean][] = [
    ['health', words.service_pages.health, true],
    ['keys', words.service_pages.keys, session.isAdmin],
    ['names', words.service_pages.names, true],
    ['embed', words.service_pages.embed, true],
  ];
  return (
    <div class="page service">
      <div class="page-head">
        <h1>{words.service}</h1>
      </div>
      <nav class="tabs service-tabs" aria-label={words.service}>
        {tabs
          .filter(([, , isAllowed]) => isAllowed)
          .map(([name, text]) => (
            <a key={name} href={hrefs.service(name)} aria-current={tab === name ? 'page' : undefined}>
              {text}
            </a>
          ))}
        {session.isAdmin && <a href={hrefs.history(AUDIT)}>{words.audit}</a>}
      </nav>
      {tab === 'health' && <Health />}
      {tab === 'keys' && session.isAdmin && <KeyList />}
      {tab === 'names' && <NamesPage key={query.get('tenant') ?? ''} tenant={query.get('tenant') ?? undefined} />}
      {tab === 'embed' && <Embed tenant={query.get('tenant') ?? undefined} record={query.get('record') ?? ''} />}
      {!tabs.some(([name, , isAllowed]) => name === tab && isAllowed) && <Empty title={words.not_found} />}
    </div>
  );
}
