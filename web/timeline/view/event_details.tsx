import type { Annals, AnnalsEvent } from 'annals-client';
import type { JSX } from 'preact';
import { changesOf } from '../event/changes.js';
import type { Filter } from '../filters/filters.js';
import { actorName, idText, recordName, typeName } from '../event/names.js';
import { briefSentence } from '../event/sentence.js';
import { Attachment } from '../files/attachment.js';
import { DifferenceTable } from './difference_table.js';
import { RawJson } from './raw_json.js';
import { useNow, useReading } from './reading.js';
import { Sentence } from './sentence.js';
import { Moment } from './times.js';

export interface EventDetailsProps {
  client: Annals;
  event: AnnalsEvent;
  /** Filters by what was clicked. Without it nothing can be clicked. */
  onFilter?: (filter: Filter) => void;
  onOpenFile?: (event: AnnalsEvent) => boolean;
  onField?: (field: string) => void;
  /** How the sentence is marked up: a heading of this level. */
  level?: 2 | 3;
}

const KNOWN = new Set([
  'event_id',
  'event_time',
  'event_type_id',
  'record_id',
  'source_type_id',
  'source_id',
  'event_data',
  'file_id',
  'names',
]);

/** Everything about one event. */
export function EventDetails(props: EventDetailsProps): JSX.Element {
  const { client, event, onFilter } = props;
  const { words, formats, templates } = useReading();
  const now = useNow();
  const time = new Date(event.event_time);
  const changes = changesOf(event.event_data);
  const others = Object.fromEntries(Object.entries(event).filter(([key]) => !KNOWN.has(key)));
  const Heading = props.level === 3 ? 'h3' : 'h2';
  const chip = (label: string, text: string, filter: Filter): JSX.Element => (
    <div class="fact">
      <dt>{label}</dt>
      <dd>
        {onFilter === undefined ? (
          <bdi>{text}</bdi>
        ) : (
          <button type="button" class="chip" title={words.only_this} onClick={() => onFilter(filter)}>
            <bdi>{text}</bdi>
          </button>
        )}
      </dd>
    </div>
  );
  return (
    <article class="details" part="details">
      <Heading class="title">
        <Sentence parts={briefSentence(event, words, templates)} />
      </Heading>
      <p class="moment">
        <Moment time={time} now={now} />
        <span class="quiet utc">{formats.utc(time)}</span>
      </p>
      <dl class="facts">
        {chip(words.actor, actorName(event, words), { kind: 'id', name: 'source_id', id: event.source_id })}
        {chip(words.type, typeName(event, words), { kind: 'id', name: 'event_type_id', id: event.event_type_id })}
        {chip(words.record_label, recordName(event.record_id, words), { kind: 'id', name: 'record_id', id: event.record_id })}
        <div class="fact">
          <dt>{words.source_type}</dt>
          <dd>
            <bdi>{idText(event.source_type_id)}</bdi>
          </dd>
        </div>
        <div class="fact wide">
          <dt>{words.event_id}</dt>
          <dd>
            <code>{event.event_id}</code>
          </dd>
        </div>
      </dl>
      {changes.length > 0 && <DifferenceTable changes={changes} {...(props.onField === undefined ? {} : { onField: props.onField })} />}
      {event.file_id !== null && (
        <Attachment key={event.event_id} client={client} event={event} {...(props.onOpenFile === undefined ? {} : { onOpen: props.onOpenFile })} />
      )}
      <details class="raw" open={changes.length === 0}>
        <summary>{words.raw_data}</summary>
        <div class="json-box">
          <RawJson value={event.event_data} />
        </div>
      </details>
      {Object.keys(others).length > 0 && (
        <details class="raw">
          <summary>{words.further_keys}</summary>
          <div class="json-box">
            <RawJson value={others as never} />
          </div>
        </details>
      )}
    </article>
  );
}
