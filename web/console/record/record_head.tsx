import type { History } from 'annals-client';
import { parseId } from 'annals-client';
import type { JSX } from 'preact';
import { NO_FILTERS, withFilter, writeFilters } from '../../timeline/filters/filters.js';
import { actorName } from '../../timeline/event/names.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { CopyButton } from '../../timeline/view/copy_button.js';
import { useNow, useReading } from '../frame/reading.js';
import { Moment } from '../../timeline/view/times.js';
import { hrefs } from '../frame/route.js';
import type { RecordLife } from './use_record.js';

export interface RecordHeadProps {
  client: string;
  name: string;
  record: string;
  life: RecordLife;
  history: History;
}

const SHOWN_PEOPLE = 4;

/** Shows what a record is called, and its life in a few figures. */
export function RecordHead({ client, name, record, life, history }: RecordHeadProps): JSX.Element {
  const { words, formats } = useReading();
  const now = useNow();
  const id = parseId(record);
  const ends = useAnswer(async (signal) => {
    if (id === undefined) return undefined;
    const [first, count] = await Promise.all([
      history.list({ record_id: id, ordering: 'event_time', limit: 1 }, { signal }),
      history.count({ record_id: id }, { signal }),
    ]);
    return { first: first.data[0], count: count.filtered_count };
  }, `${client}/${record}`);
  const people = [...new Set(life.events.map((event) => actorName(event, words)))];
  const files = life.events.filter((event) => event.file_id !== null).length;
  const newest = life.events[0];
  const first = ends.data?.first;
  const more = people.length - SHOWN_PEOPLE;
  return (
    <header class="record-head">
      <div class="page-head">
        <h1>
          <bdi>{name}</bdi>
        </h1>
        <p class="head-links">
          {id !== undefined && (
            <a href={hrefs.history(client, writeFilters(withFilter(NO_FILTERS, { kind: 'id', name: 'record_id', id })))}>{words.in_history}</a>
          )}
          <CopyButton text={location.href} what={words.share} label={words.share} />
        </p>
      </div>
      <dl class="figures">
        {ends.data !== undefined && <Figure label={words.event_count} value={formats.number(ends.data.count)} />}
        {first !== undefined && <Figure label={words.first_seen} value={<Moment time={new Date(first.event_time)} now={now} />} />}
        {newest !== undefined && <Figure label={words.last_change} value={<Moment time={new Date(newest.event_time)} now={now} />} />}
        {people.length > 0 && (
          <Figure label={words.people} value={<bdi>{formats.list([...people.slice(0, SHOWN_PEOPLE), ...(more > 0 ? [words.and_others(more)] : [])])}</bdi>} />
        )}
        {files > 0 && <Figure label={words.files} value={formats.number(files)} />}
      </dl>
    </header>
  );
}

function Figure({ label, value }: { label: string; value: JSX.Element | string }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
