import type { Annals, AnnalsEvent, History } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Filter } from '../../timeline/filters/filters.js';
import { idText } from '../../timeline/event/names.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { EventDetails } from '../../timeline/view/event_details.js';
import { Icon } from '../../timeline/view/icons.js';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { AUDIT, hrefs } from '../frame/route.js';

export interface PeekProps {
  annals: Annals;
  history: History;
  client: string;
  eventId: string;
  /** The event, if it is the one that was chosen in the list. */
  known: AnnalsEvent | undefined;
  onFilter: (filter: Filter) => void;
  onClose: () => void;
}

/** Shows one event beside the list, or over it on a narrow page. */
export function Peek({ annals, history, client, eventId, known, onFilter, onClose }: PeekProps): JSX.Element {
  const { words } = useReading();
  const isKnown = known?.event_id === eventId;
  const asked = useAnswer(async (signal) => (isKnown ? known : (await history.get(eventId, { names: true, signal }))), `${client}/${eventId}`);
  const event = isKnown ? known : asked.data;
  useEffect(() => {
    const close = (key: KeyboardEvent): void => {
      if (key.key === 'Escape' && document.querySelector('dialog[open], details.menu[open]') === null) onClose();
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [onClose]);
  return (
    <aside class="peek" aria-label={words.peek}>
      <header>
        <button type="button" class="small back" onClick={onClose} aria-label={words.close}>
          <Icon name="close" />
        </button>
        {event !== undefined && client !== AUDIT && <a href={hrefs.record(client, idText(event.record_id))}>{words.open_record}</a>}
        <a href={hrefs.event(client, eventId)}>{words.open_event}</a>
      </header>
      <div class="peek-body">
        {event === undefined && asked.error === undefined && <Skeleton rows={4} />}
        {event === undefined && asked.error !== undefined && <Problem error={asked.error} onRetry={asked.reload} />}
        {event !== undefined && <EventDetails client={annals} event={event} onFilter={onFilter} />}
      </div>
    </aside>
  );
}
