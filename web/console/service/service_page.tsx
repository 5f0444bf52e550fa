import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useReading } from '../frame/reading.js';
import { Empty } from '../../timeline/view/states.js';
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
  const nav = useRef<HTMLElement>(null);
  useEffect(() => nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }), [tab]);
  const tabs: [string, string][] = [
    ['health', words.service_pages.health],
    ...(session.isAdmin ? [['keys', words.service_pages.keys] as [string, string]] : []),
    ['names', words.service_pages.names],
    ['embed', words.service_pages.embed],
  ];
  const isTab = tabs.some(([name]) => name === tab);
  return (
    <div class="page service">
      <div class="page-head">
        <h1>{words.service}</h1>
      </div>
      <nav class="tabs service-tabs" aria-label={words.service} ref={nav}>
        {tabs.map(([name, text]) => (
          <a key={name} href={hrefs.service(name)} aria-current={tab === name ? 'page' : undefined}>
            {text}
          </a>
        ))}
        {session.isAdmin && <a href={hrefs.history(AUDIT)}>{words.audit}</a>}
      </nav>
      {isTab && tab === 'health' && <Health />}
      {isTab && tab === 'keys' && <KeyList />}
      {isTab && tab === 'names' && <NamesPage key={query.get('tenant') ?? ''} tenant={query.get('tenant') ?? undefined} />}
      {isTab && tab === 'embed' && <Embed query={query} />}
      {!isTab && <Empty title={tab === 'keys' ? words.not_allowed : words.not_found} />}
    </div>
  );
}
