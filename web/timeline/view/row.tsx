import type { AnnalsEvent } from 'annals-client';
import type { JSX } from 'preact';
import { recordName, typeName } from '../event/names.js';
import { plainSentence, sentenceOf } from '../event/sentence.js';
import { tintOf } from '../event/tint.js';
import { Icon } from './icons.js';
import { useReading } from './reading.js';
import { Sentence } from './sentence.js';
import { Clock } from './times.js';

/** Draws what is in the row of one event. On a narrow page it has two lines. */
export function EventCells({ event, showsRecord }: { event: AnnalsEvent; showsRecord: boolean }): JSX.Element {
  const { words, templates } = useReading();
  const parts = sentenceOf(event, words, templates);
  const record = recordName(event.record_id, words);
  return (
    <>
      <span role="gridcell" class="cell-time">
        <Clock time={new Date(event.event_time)} />
      </span>
      <span role="gridcell" class="cell-type" title={typeName(event, words)}>
        <span class={`dot ${tintOf(event.event_type_id)}`} />
        <span class="hidden">{typeName(event, words)}</span>
      </span>
      <span role="gridcell" class="cell-sentence" title={plainSentence(parts, words)}>
        <Sentence parts={parts} />
      </span>
      <span role="gridcell" class="cell-record">
        {event.file_id !== null && (
          <span class="clip">
            <Icon name="clip" />
            <span class="hidden">{words.has_file}</span>
          </span>
        )}
        {showsRecord && <bdi>{record}</bdi>}
      </span>
    </>
  );
}
