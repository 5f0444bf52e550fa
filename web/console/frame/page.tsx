import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../../timeline/view/states.js';
import { useReading } from './reading.js';
import { EventPage } from '../history/event_page.js';
import { FindPage } from '../history/find_page.js';
import { HistoryPage } from '../history/history_page.js';
import { RecordPage } from '../record/record_page.js';
import { ServicePage } from '../service/service_page.js';
import { TenantsPage } from '../tenants/tenants_page.js';
import { useConsole } from './console.js';
import { hrefs, type Route } from './route.js';

/** Draws the page of an address. */
export function Page({ route }: { route: Route }): JSX.Element {
  const { words } = useReading();
  const { session } = useConsole();
  switch (route.page) {
    case 'tenants':
      // Who has no list of tenants begins at the history of their own.
      if (session.ownClient !== undefined) return <GoToHistory client={session.ownClient} />;
      return <TenantsPage query={route.query} />;
    case 'history':
      return <HistoryPage key={route.client} client={route.client} query={route.query} />;
    case 'record':
      return <RecordPage key={`${route.client}/${route.record}`} client={route.client} record={route.record} query={route.query} />;
    case 'event':
      return <EventPage key={`${route.client}/${route.event}`} client={route.client} eventId={route.event} />;
    case 'find':
      return <FindPage client={route.client} />;
    case 'service':
      return <ServicePage tab={route.tab} query={route.query} />;
    default:
      return (
        <Empty title={words.not_found}>
          <a href={hrefs.tenants}>{words.tenants}</a>
        </Empty>
      );
  }
}

function GoToHistory({ client }: { client: string }): null {
  useEffect(() => location.replace(hrefs.history(client)), [client]);
  return null;
}
