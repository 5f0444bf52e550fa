import type { AnnalsEvent } from 'annals-client';
import type { JSX } from 'preact';
import { useCallback, useMemo, useRef, useState } from 'preact/hooks';
import { asQuery, type Filter, type Filters, isSameFilters, listed, readFilters, withFilter, writeFilters } from '../../timeline/filters/filters.js';
import { useEvents } from '../../timeline/use/use_events.js';
import { useHistogram } from '../../timeline/use/use_histogram.js';
import { useRepeat } from '../../timeline/use/use_repeat.js';
import { EventList } from '../../timeline/view/event_list.js';
import { Histogram } from '../../timeline/view/histogram.js';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { ReadingContext, useReading } from '../frame/reading.js';
import { hrefs, changeQuery } from '../frame/route.js';
import { Actions } from './actions.js';
import { FilterLine } from './filter_line.js';
import { LiveSwitch, NewEvents } from './live_switch.js';
import { NoEvents } from './no_events.js';
import { Peek } from './peek.js';
import { Pills } from './pills.js';
import { useHistoryOf } from './use_history_of.js';
import { useNames } from './use_names.js';

export interface HistoryPageProps {
  client: string;
  query: URLSearchParams;
}

/** The history of a tenant, or of the service itself: filters, bars, a list, and one event beside it. */
export function HistoryPage({ client, query }: HistoryPageProps): JSX.Element {
  const reading = useReading();
  const { words, formats } = reading;
  const { annals, history, templates, isAudit } = useHistoryOf(client);
  const key = writeFilters(readFilters(query)).toString();
  const at = query.get('at') ?? '';
  const opened = query.get('event') ?? undefined;
  const isLive = query.get('live') !== 'off' && at === '';
  const filters = useMemo(() => readFilters(query), [key]);
  // Relative times mean now when the reader comes, not another moment with each page.
  const asked = useMemo(() => asQuery(filters, new Date()), [filters]);
  const listedFrom = useMemo(() => (at === '' ? asked : { ...asked, event_time_to: new Date(at) }), [asked, at]);
  const events = useEvents({ history, filters: listedFrom, key: `${client}?${key}&${at}`, isLive, formats });
  const isConnected = events.live?.state === 'live';
  const counted = useHistogram({ history, filters: asked, key: `${client}?${key}`, timeZone: formats.timeZone, isConnected });
  const [known, setKnown] = useState<AnnalsEvent>();
  const names = useNames(client);
  const list = useRef<HTMLDivElement>(null);

  const change = useCallback(
    (next: Filters, others: Record<string, string | undefined> = {}): void => {
      const changed = writeFilters(next);
      const kept = { live: query.get('live') ?? undefined, event: opened, at: at === '' ? undefined : at, ...others };
      for (const [name, value] of Object.entries(kept)) if (value !== undefined) changed.set(name, value);
      // Letters that are typed and events that are looked at one after the other are no steps to go back.
      changeQuery(changed, next.q === filters.q && !isSameFilters(next, filters));
    },
    [query, opened, at, filters],
  );
  const add = useCallback((filter: Filter) => change(withFilter(filters, filter)), [change, filters]);
  const select = useCallback(
    (event: AnnalsEvent) => {
      setKnown(event);
      change(filters, { event: event.event_id });
    },
    [change, filters],
  );
  const close = useCallback(() => {
    change(filters, { event: undefined });
    list.current?.querySelector<HTMLElement>('[role=grid]')?.focus();
  }, [change, filters]);

  const { pages } = events;
  useRepeat(isConnected, pages.error, () => void pages.more());
  const isEmpty = pages.isWhole && pages.length === 0;
  return (
    <ReadingContext.Provider value={templates === undefined ? reading : { ...reading, templates }}>
      <section class="history" aria-label={isAudit ? words.audit : words.history}>
        <h1 class="hidden">{isAudit ? words.audit : words.history}</h1>
        <div class="tools">
          <FilterLine history={history} filters={filters} asked={asked} onChange={change} onAdd={add} />
          <LiveSwitch live={events.live} isOn={isLive} onSwitch={(isOn) => change(filters, { live: isOn ? undefined : 'off', at: undefined })} />
          <Actions client={client} history={history} filters={filters} count={counted.count} onAt={(time) => change(filters, { at: time })} />
        </div>
        {listed(filters).length > 0 && <Pills filters={filters} names={names} onChange={change} />}
        <div class="counted">
          <p>
            {counted.count !== undefined && words.shown_of(words.events(counted.count, formats.number(counted.count)))}
            {counted.count === undefined && (counted.isReading ? words.counting : words.not_counted)}
            {counted.error !== undefined && !counted.isReading && (
              <button type="button" onClick={counted.reload}>
                {words.retry}
              </button>
            )}
          </p>
          <Histogram
            bars={counted.bars}
            width={counted.width}
            isReading={counted.isReading}
            onRange={(from, to) => change(filtersBetween(filters, from, to), { at: undefined })}
          />
        </div>
        <div class={opened === undefined ? 'listed' : 'listed with-peek'}>
          <div class="listed-events" ref={list}>
            {at !== '' && (
              <button type="button" class="newer" onClick={() => change(filters, { at: undefined })}>
                {words.newer}
              </button>
            )}
            <NewEvents live={events.live} onShow={events.reload} />
            {pages.error !== undefined && <Problem error={pages.error} onRetry={() => void pages.more()} />}
            {pages.length === 0 && pages.error === undefined && !isEmpty && <Skeleton rows={12} />}
            {isEmpty && <NoEvents filters={filters} names={names} onChange={change} />}
            {pages.length > 0 && (
              <EventList
                pages={pages}
                version={events.version}
                selected={opened}
                showsRecord
                label={words.history}
                onSelect={select}
                onOpen={(event) => {
                  location.hash = hrefs.event(client, event.event_id);
                }}
                onEdge={events.setAtEdge}
              />
            )}
          </div>
          {opened !== undefined && (
            <Peek annals={annals} history={history} client={client} eventId={opened} known={known} onFilter={add} onClose={close} />
          )}
        </div>
      </section>
    </ReadingContext.Provider>
  );
}

function filtersBetween(filters: Filters, from: Date, to: Date): Filters {
  return withFilter(filters, { kind: 'time', from: from.toISOString(), to: to.toISOString() });
}
