import { type Annals, type AnnalsEvent, AuthenticationError, type EventFilters } from 'annals-client';
import type { JSX } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { actorName, recordName, typeName } from '../timeline/event/names.js';
import { plainSentence, sentenceOf } from '../timeline/event/sentence.js';
import { type Filter, type Filters, listed } from '../timeline/filters/filters.js';
import { type Events, useEvents } from '../timeline/use/use_events.js';
import { useRepeat } from '../timeline/use/use_repeat.js';
import { EventList } from '../timeline/view/event_list.js';
import { useReading } from '../timeline/view/reading.js';
import { Empty, Problem, Skeleton } from '../timeline/view/states.js';
import { AccessError } from './access.js';
import { Announcer } from './announcer.js';
import { CountedBars } from './counted_bars.js';
import { FilterSigns } from './filter_signs.js';
import { Pane } from './pane.js';
import { Toolbar } from './toolbar.js';
import { useAttention } from './use_attention.js';
import { useReturn } from './use_return.js';
import type { Page } from './viewer.js';

export interface BoardProps {
  element: HTMLElement;
  client: Annals;
  query: EventFilters;
  filterKey: string;
  filters: Filters;
  onAdd: (filter: Filter) => void;
  onRemove: (filter: Filter) => void;
  onClear: () => void;
  page: Page;
  hasToken: boolean;
  onRetry: () => void;
  isLive: boolean;
  hasHistogram: boolean;
  hasSearch: boolean;
  showsRecord: boolean;
}

// Details stand beside the list if both have room.
const WIDE = 900;
// A framework may set the function that gets tokens after it has inserted the element.
const TOKEN_PATIENCE_MS = 3_000;

/** The toolbar, the bars, the list, and the details of one event beside it or over it. */
export function Board(props: BoardProps): JSX.Element {
  const isDue = usePatience(props.hasToken);
  if (!props.hasToken && !isDue) return <Skeleton rows={6} />;
  return <History {...props} />;
}

function History(props: BoardProps): JSX.Element {
  const { element, client, query, filterKey, filters, page, isLive } = props;
  const { words, formats, templates } = useReading();
  const frame = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(frame);
  const isSeen = useAttention(element);
  const [wantsLive, setWantsLive] = useState(isLive);
  useEffect(() => setWantsLive(isLive), [isLive]);
  const events = useEvents({
    history: client.events,
    filters: query,
    key: filterKey,
    isLive: wantsLive && isSeen && props.hasToken,
    formats,
  });
  const { pages, live } = events;
  const onEdge = useReturn(events);
  const arrivals = useArrivals(events);
  const [countError, setCountError] = useState<unknown>();
  const errors = [pages.error, live?.state === 'ended' ? live.error : undefined, countError];
  const ended = errors.find((error) => error instanceof AuthenticationError || error instanceof AccessError);
  const problem = ended === undefined ? (pages.error ?? errors[1]) : undefined;
  const isStill = ended !== undefined || problem !== undefined;
  useReports(page, events, countError);

  const isConnected = live?.state === 'live';
  useRepeat(isConnected, pages.error, props.onRetry);

  const [opened, setOpened] = useState<AnnalsEvent>();
  const [selected, setSelected] = useState<AnnalsEvent>();
  const isByKey = useRef(false);
  const find = (what: string): HTMLElement | null | undefined => frame.current?.querySelector<HTMLElement>(what);
  const focusList = (): void => (find('.scroller') ?? find('input, button'))?.focus();
  const focusPane = (): void => find('.pane > header button')?.focus();
  const select = (event: AnnalsEvent): void => {
    setSelected(event);
    // The arrows only move, unless the details stand beside the list already.
    if (isByKey.current && !(isWide && opened !== undefined)) return;
    open(event, isByKey.current);
  };
  const wantsFocus = useRef(false);
  const open = (event: AnnalsEvent, onlyFollows = false): void => {
    if (event.event_id === opened?.event_id) {
      if (isByKey.current && !onlyFollows) focusPane();
      return;
    }
    if (!page.select(event)) return;
    wantsFocus.current = !onlyFollows && (isByKey.current || !isWide);
    setSelected(event);
    setOpened(event);
  };
  const close = (): void => {
    setOpened(undefined);
    wantsFocus.current = false;
  };
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    // While details lie over the list, the list cannot have the focus: it is given back once they are gone.
    if (wasOpen.current && opened === undefined) focusList();
    wasOpen.current = opened !== undefined;
    if (opened !== undefined && wantsFocus.current) focusPane();
  }, [opened]);
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape' || opened === undefined || key.defaultPrevented) return;
    key.preventDefault();
    key.stopPropagation();
    close();
  };

  const labels = useRef(new Map<string, string>());
  const filterBy = (event: AnnalsEvent) => (filter: Filter) => {
    const names: Record<string, string> = {
      source_id: actorName(event, words),
      event_type_id: typeName(event, words),
      record_id: recordName(event.record_id, words),
    };
    if (filter.kind === 'id' && names[filter.name] !== undefined) labels.current.set(`${filter.name} ${filter.id}`, names[filter.name] as string);
    props.onAdd(filter);
    if (!isWide) close();
  };
  const signs = listed(filters);
  const isOver = opened !== undefined && !isWide;
  const newest = arrivals.newest;
  const message =
    live !== undefined && live.waiting > 0
      ? words.viewer_waiting(formats.number(live.waiting))
      : newest === undefined
        ? ''
        : words.viewer_arrived(plainSentence(sentenceOf(newest, words, templates), words));
  return (
    <div
      ref={frame}
      class={opened === undefined ? 'board' : isWide ? 'board beside' : 'board over'}
      onKeyDown={onKeyDown}
      onKeyDownCapture={() => void (isByKey.current = true)}
      onPointerDownCapture={() => void (isByKey.current = false)}
    >
      <div class="main" inert={isOver}>
        {(props.hasSearch || isLive || props.hasHistogram) && (
          <Toolbar
            client={client}
            query={query}
            countKey={`${filterKey}|${arrivals.count}`}
            text={filters.q}
            onSearch={props.hasSearch ? (text) => (text === '' ? props.onRemove : props.onAdd)({ kind: 'q', text }) : undefined}
            live={isLive ? { isOn: wantsLive, state: live, set: setWantsLive } : undefined}
            isStill={isStill}
          />
        )}
        {signs.length > 0 && <FilterSigns filters={signs} labels={labels.current} onRemove={props.onRemove} onClear={props.onClear} />}
        {ended !== undefined && <SessionEnded error={ended} onRetry={props.onRetry} />}
        {problem !== undefined && <Problem error={problem} onRetry={props.onRetry} />}
        {props.hasHistogram && (
          <CountedBars
            client={client}
            query={query}
            countKey={`${filterKey}|${arrivals.count}`}
            onRange={(from, to) => props.onAdd({ kind: 'time', from: from.toISOString(), to: to.toISOString() })}
            onError={setCountError}
            isStill={isStill}
            isConnected={isConnected}
          />
        )}
        <div class="place">
          {pages.length > 0 ? (
            <EventList
              pages={pages}
              version={events.version}
              selected={selected?.event_id}
              showsRecord={props.showsRecord}
              onSelect={select}
              onOpen={(event) => open(event)}
              onEdge={onEdge}
              label={words.history}
            />
          ) : pages.isReading || (pages.error === undefined && !pages.isWhole) ? (
            <Skeleton rows={6} />
          ) : pages.isWhole ? (
            <NothingThere hasFilters={signs.length > 0} onClear={props.onClear} />
          ) : null}
          {live !== undefined && live.waiting > 0 && (
            <button type="button" class="pill" part="pill" onClick={events.reload}>
              {words.new_events(formats.number(live.waiting))}
            </button>
          )}
        </div>
      </div>
      {opened !== undefined && (
        <Pane
          key={isWide ? 'beside' : 'over'}
          client={client}
          event={opened}
          isOver={isOver}
          onClose={close}
          onFilter={filterBy(opened)}
          onOpenFile={page.openFile}
        />
      )}
      <Announcer message={message} />
    </div>
  );
}

function NothingThere({ hasFilters, onClear }: { hasFilters: boolean; onClear: () => void }): JSX.Element {
  const { words } = useReading();
  if (!hasFilters) {
    return (
      <Empty title={words.no_events}>
        <p class="quiet">{words.viewer_empty}</p>
      </Empty>
    );
  }
  return (
    <Empty title={words.nothing_found}>
      <button type="button" onClick={onClear}>
        {words.clear_filters}
      </button>
    </Empty>
  );
}

/** Says that the page gives no token any more, whatever else is still shown. */
function SessionEnded({ error, onRetry }: { error: unknown; onRetry: () => void }): JSX.Element {
  const { words } = useReading();
  const isWithout = error instanceof AccessError && error.code === 'no_token';
  return <Problem error={error} text={isWithout ? words.viewer_no_token : words.viewer_session_ended} onRetry={onRetry} />;
}

/** Returns whether what is awaited has not come in time. */
function usePatience(hasCome: boolean): boolean {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    if (hasCome) return undefined;
    const timer = setTimeout(() => setDue(true), TOKEN_PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [hasCome]);
  return isDue && !hasCome;
}

function useIsWide(frame: { current: HTMLElement | null }): boolean {
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void => setWide(element.clientWidth >= WIDE);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return isWide;
}

const COUNT_PAUSE_MS = 5_000;

/** Returns the newest event that came after the first page, and a number that grows, not too often, when some came. */
function useArrivals({ pages, live }: Events): { newest: AnnalsEvent | undefined; count: number } {
  const [count, setCount] = useState(0);
  const known = useRef<{ pages: unknown; key: string | undefined }>({ pages: undefined, key: undefined });
  const [newest, setNewest] = useState<AnnalsEvent>();
  const first = pages.at(1);
  const event = first?.kind === 'event' ? first.event : undefined;
  useEffect(() => {
    if (event === undefined) return;
    const isFirst = known.current.pages !== pages || known.current.key === undefined;
    if (!isFirst && known.current.key !== event.event_id) setNewest(event);
    known.current = { pages, key: event.event_id };
  }, [pages, event]);
  const waiting = live?.waiting ?? 0;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (newest === undefined && waiting === 0) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setCount((old) => old + 1);
    }, COUNT_PAUSE_MS);
  }, [newest, waiting]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return { newest, count };
}

/** Tells the page once that the list is there, and once of every error. */
function useReports(page: Page, { pages, live }: Events, countError: unknown): void {
  const isReady = useRef(false);
  const told = useRef(new WeakSet<object>());
  const isThere = pages.length > 0 || pages.isWhole;
  useEffect(() => {
    if (!isThere || isReady.current) return;
    isReady.current = true;
    page.ready();
  }, [isThere, page]);
  const tell = useCallback(
    (error: unknown) => {
      if (typeof error !== 'object' || error === null || told.current.has(error)) return;
      told.current.add(error);
      page.fail(error);
    },
    [page],
  );
  useEffect(() => tell(pages.error), [pages.error, tell]);
  useEffect(() => tell(countError), [countError, tell]);
  // The first of the attempts of one outage is told.
  useEffect(() => tell(live?.error), [live?.state, tell]);
}
