import { APIError, type AnnalsEvent, type EventFilters, type History } from 'annals-client';
import type { JSX } from 'preact';
import { NO_FILTERS, type Filter, withFilter, writeFilters } from '../../timeline/filters/filters.js';
import { idText, recordName } from '../../timeline/event/names.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { CopyButton } from '../../timeline/view/copy_button.js';
import { EventDetails } from '../../timeline/view/event_details.js';
import { Icon } from '../../timeline/view/icons.js';
import { Empty, Problem, Skeleton } from '../../timeline/view/states.js';
import { ReadingContext, useReading } from '../frame/reading.js';
import { AUDIT, hrefs } from '../frame/route.js';
import { useHistoryOf } from './use_history_of.js';

/** Shows one event, with its neighbours in the life of its record. */
export function EventPage({ client, eventId }: { client: string; eventId: string }): JSX.Element {
  const reading = useReading();
  const { words } = reading;
  const { annals, history, templates } = useHistoryOf(client);
  const asked = useAnswer((signal) => history.get(eventId, { names: true, signal }), `${client}/${eventId}`);
  if (asked.error instanceof APIError && asked.error.status === 404) {
    return (
      <Empty title={words.no_such_event}>
        <a href={hrefs.record(client, eventId)}>{words.life_of(eventId)}</a>
      </Empty>
    );
  }
  if (asked.error !== undefined) return <Problem error={asked.error} onRetry={asked.reload} />;
  if (asked.data === undefined) return <Skeleton rows={6} />;
  const event = asked.data;
  const filter = (chosen: Filter): void => {
    location.hash = hrefs.history(client, writeFilters(withFilter(NO_FILTERS, chosen)));
  };
  return (
    <ReadingContext.Provider value={templates === undefined ? reading : { ...reading, templates }}>
      <div class="page">
        <div class="page-head">
          <Neighbours history={history} client={client} event={event} />
          <CopyButton text={location.href} what={words.share} label={words.share} />
        </div>
        {client !== AUDIT && (
          <p class="above">
            <a href={hrefs.record(client, idText(event.record_id))}>
              <Icon name="back" /> {words.life_of(recordName(event.record_id, words))}
            </a>
          </p>
        )}
        <EventDetails client={annals} event={event} onFilter={filter} />
      </div>
    </ReadingContext.Provider>
  );
}

/** Leads to the event before and after this one, of the same record. */
function Neighbours({ history, client, event }: { history: History; client: string; event: AnnalsEvent }): JSX.Element {
  const { words } = useReading();
  const { data } = useAnswer((signal) => neighbours(history, event, signal), `${client}/${event.event_id}`);
  const link = (to: string | undefined, text: string, icon: 'back' | 'forward'): JSX.Element => {
    const inside = icon === 'back' ? [<Icon name={icon} />, ` ${text}`] : [`${text} `, <Icon name={icon} />];
    return to === undefined ? <span class="quiet neighbour">{inside}</span> : <a class="neighbour" href={hrefs.event(client, to)}>{inside}</a>;
  };
  return (
    <nav class="neighbours" aria-label={words.neighbours}>
      {link(data?.earlier, words.previous_event, 'back')}
      {link(data?.later, words.next_event, 'forward')}
    </nav>
  );
}

/** Events of the same millisecond are ordered by their ids, as in pages. */
async function neighbours(history: History, event: AnnalsEvent, signal: AbortSignal): Promise<{ earlier?: string; later?: string }> {
  const beside = async (ordering: 'event_time' | '-event_time'): Promise<string | undefined> => {
    const time = new Date(event.event_time);
    const bound: EventFilters = ordering === 'event_time' ? { event_time_from: time } : { event_time_to: new Date(time.getTime() + 1) };
    const page = await history.list({ record_id: event.record_id, ...bound, ordering, limit: 50 }, { signal });
    const at = page.data.findIndex((each) => each.event_id === event.event_id);
    return page.data[at + 1]?.event_id;
  };
  const [later, earlier] = await Promise.all([beside('event_time'), beside('-event_time')]);
  return { ...(earlier === undefined ? {} : { earlier }), ...(later === undefined ? {} : { later }) };
}
