import type { Annals, AnnalsEvent } from 'annals-client';
import type { JSX } from 'preact';
import { changesOf } from '../../timeline/event/changes.js';
import { briefSentence } from '../../timeline/event/sentence.js';
import { typeName } from '../../timeline/event/names.js';
import { tintOf } from '../../timeline/event/tint.js';
import { Attachment } from '../../timeline/files/attachment.js';
import { DifferenceTable } from '../../timeline/view/difference_table.js';
import { RawJson } from '../../timeline/view/raw_json.js';
import { useReading } from '../frame/reading.js';
import { Sentence } from '../../timeline/view/sentence.js';
import { Clock } from '../../timeline/view/times.js';
import { hrefs } from '../frame/route.js';

export interface LifeProps {
  client: string;
  annals: Annals;
  /** The newest first. */
  events: readonly AnnalsEvent[];
  onField: (field: string) => void;
}

// A gap that is shorter is no silence.
const QUIET_MS = 7 * 24 * 3_600_000;

/** The events of a record by day, each with what it changed, and the silences between them. */
export function Life({ client, annals, events, onField }: LifeProps): JSX.Element {
  const { words, formats } = useReading();
  let day = '';
  return (
    <ol class="life">
      {events.map((event, index) => {
        const time = new Date(event.event_time);
        const key = formats.dayKey(time);
        const isNewDay = key !== day;
        day = key;
        const above = events[index - 1];
        const gap = above === undefined ? 0 : new Date(above.event_time).getTime() - time.getTime();
        return (
          <>
            {gap >= QUIET_MS && (
              <li key={`${event.event_id} gap`} class="gap quiet">
                {words.quiet(formats.span(gap))}
              </li>
            )}
            {isNewDay && (
              <li key={`${event.event_id} day`} class="life-day">
                <h2>{formats.day(time)}</h2>
              </li>
            )}
            <LifeEvent key={event.event_id} client={client} annals={annals} event={event} onField={onField} />
          </>
        );
      })}
    </ol>
  );
}

function LifeEvent({ client, annals, event, onField }: { client: string; annals: Annals; event: AnnalsEvent; onField: (field: string) => void }): JSX.Element {
  const { words, templates } = useReading();
  const changes = changesOf(event.event_data);
  return (
    <li class="life-event">
      <span class={`dot ${tintOf(event.event_type_id)}`} title={typeName(event, words)} />
      <div class="life-body">
        <p class="life-line">
          <Clock time={new Date(event.event_time)} />
          <Sentence parts={briefSentence(event, words, templates)} />
          <a class="life-link" href={hrefs.event(client, event.event_id)}>
            {words.open_event}
          </a>
        </p>
        {changes.length > 0 && <DifferenceTable changes={changes} onField={onField} />}
        {event.file_id !== null && <Attachment client={annals} event={event} />}
        {changes.length === 0 && typeof event.event_data === 'object' && event.event_data !== null && (
          <details class="raw">
            <summary>{words.raw_data}</summary>
            <div class="json-box">
              <RawJson value={event.event_data} />
            </div>
          </details>
        )}
      </div>
    </li>
  );
}
