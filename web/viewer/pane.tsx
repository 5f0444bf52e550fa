import type { Annals, AnnalsEvent } from 'annals-client';
import type { JSX } from 'preact';
import type { Filter } from '../timeline/filters/filters.js';
import { EventDetails } from '../timeline/view/event_details.js';
import { Icon } from '../timeline/view/icons.js';
import { useReading } from '../timeline/view/reading.js';

export interface PaneProps {
  client: Annals;
  event: AnnalsEvent;
  /** Whether it lies over the list, and not beside it. */
  isOver: boolean;
  onClose: () => void;
  onFilter: (filter: Filter) => void;
  onOpenFile: (event: AnnalsEvent) => boolean;
}

/** The details of one event. */
export function Pane({ client, event, isOver, onClose, onFilter, onOpenFile }: PaneProps): JSX.Element {
  const { words } = useReading();
  return (
    <section class={isOver ? 'pane over' : 'pane'} part="pane" aria-label={words.viewer_details}>
      <header>
        {isOver ? (
          <button type="button" class="small" onClick={onClose}>
            <Icon name="back" /> {words.viewer_back}
          </button>
        ) : (
          <>
            <span class="quiet">{words.viewer_details}</span>
            <button type="button" class="small" aria-label={words.close} title={words.close} onClick={onClose}>
              <Icon name="close" />
            </button>
          </>
        )}
      </header>
      <div class="pane-body" key={event.event_id}>
        <EventDetails client={client} event={event} level={3} onFilter={onFilter} onOpenFile={onOpenFile} />
      </div>
    </section>
  );
}
