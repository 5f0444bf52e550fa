import { type AnnalsEvent, parseId } from 'annals-client';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { recordName } from '../../timeline/event/names.js';
import { Icon } from '../../timeline/view/icons.js';
import { Empty, Problem, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { hrefs, changeQuery } from '../frame/route.js';
import { useHistoryOf } from '../history/use_history_of.js';
import { FieldList } from './field_list.js';
import { fieldsOf } from './fields.js';
import { Life } from './life.js';
import { RecordHead } from './record_head.js';
import { useRecord } from './use_record.js';

export interface RecordPageProps {
  client: string;
  record: string;
  query: URLSearchParams;
}

/** The life of one record: all that happened to it, what each event changed, and what its fields are by now. */
export function RecordPage({ client, record, query }: RecordPageProps): JSX.Element {
  const { words } = useReading();
  const { annals, history } = useHistoryOf(client);
  const id = parseId(record);
  const field = query.get('field') ?? undefined;
  const life = useRecord(history, id, `${client}/${record}`);
  const fields = useMemo(() => fieldsOf(life.events), [life.events]);
  const events = useMemo(() => (field === undefined ? life.events : withField(life.events, fields, field)), [life.events, fields, field]);
  const choose = (chosen: string | undefined): void => {
    changeQuery(new URLSearchParams(chosen === undefined ? {} : { field: chosen }));
  };
  const name = id === undefined ? record : recordName(id, words);
  if (life.error !== undefined && life.events.length === 0) return <Problem error={life.error} onRetry={life.more} />;
  if (life.events.length === 0 && life.isWhole) {
    return (
      <Empty title={words.no_record_events}>
        <p>
          <code>{record}</code>
        </p>
        <a href={hrefs.find(client)}>{words.find_record}</a>
      </Empty>
    );
  }
  return (
    <div class="page record">
      <RecordHead client={client} name={name} record={record} life={life} history={history} />
      {life.events.length === 0 ? (
        <Skeleton rows={6} />
      ) : (
        <div class={fields.length > 0 ? 'record-columns' : ''}>
          <div>
            {field !== undefined && (
              <p class="only-field">
                <button type="button" class="pill" aria-label={words.remove_filter(field)} onClick={() => choose(undefined)}>
                  <bdi>{words.field_history(field)}</bdi> <Icon name="close" />
                </button>
              </p>
            )}
            <Life client={client} annals={annals} events={events} onField={choose} />
            {life.error !== undefined && <Problem error={life.error} onRetry={life.more} />}
            {life.isWhole ? (
              <p class="quiet beginning">{words.beginning}</p>
            ) : (
              <button type="button" onClick={life.more} disabled={life.isReading}>
                {life.isReading ? words.reading : words.older}
              </button>
            )}
          </div>
          {fields.length > 0 && <FieldList fields={fields} chosen={field} onChoose={choose} />}
        </div>
      )}
    </div>
  );
}

function withField(events: readonly AnnalsEvent[], fields: ReturnType<typeof fieldsOf>, name: string): AnnalsEvent[] {
  const changed = new Set(fields.find((field) => field.name === name)?.values.map((value) => value.eventId));
  return events.filter((event) => changed.has(event.event_id));
}

