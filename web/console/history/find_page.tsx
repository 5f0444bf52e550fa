import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';
import { GoTo } from '../frame/go_to.js';
import { hrefs } from '../frame/route.js';
import { useAnswer } from '../../timeline/use/use_answer.js';
import { idText, recordName } from '../../timeline/event/names.js';
import { Moment } from '../../timeline/view/times.js';
import { useNow } from '../frame/reading.js';
import { useHistoryOf } from './use_history_of.js';

const RECENT = 100;
const SHOWN = 12;

/** Finds a record: by its id, or among those in which something happened last. */
export function FindPage({ client }: { client: string }): JSX.Element {
  const { words } = useReading();
  const now = useNow();
  const { history } = useHistoryOf(client);
  const { data } = useAnswer(async (signal) => (await history.list({ limit: RECENT }, { signal })).data, client);
  const seen = new Map((data ?? []).toReversed().map((event) => [idText(event.record_id), event]));
  const recent = [...seen.values()].sort((a, b) => (a.event_time < b.event_time ? 1 : -1)).slice(0, SHOWN);
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words.find_record}</h1>
      </div>
      <GoTo client={client} isLarge />
      {recent.length > 0 && (
        <>
          <h2 class="section">{words.recent_records}</h2>
          <ul class="recent">
            {recent.map((event) => (
              <li key={idText(event.record_id)}>
                <a href={hrefs.record(client, idText(event.record_id))}>
                  <bdi>{recordName(event.record_id, words)}</bdi>
                </a>
                <span class="quiet">
                  <Moment time={new Date(event.event_time)} now={now} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
