import type { AnnalsEvent, Annals, EventFilters } from 'annals-client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { EventPages } from '../pages/event_pages.js';
import { Live, type LiveRest, type LiveState } from '../pages/live.js';
import type { Formats } from '../../words/format.js';

export interface EventsRequest {
  /** Whose history is read: `client.events` or `client.audit`. */
  history: Pick<Annals['events'], 'list' | 'tail'>;
  filters: EventFilters;
  /** Draws anew if it is another one; it stands for the filters. */
  key: string;
  /** Whether new events are followed. */
  isLive: boolean;
  formats: Formats;
}

export interface Events {
  pages: EventPages;
  /** Grows when the pages have changed. */
  version: number;
  live: LiveState | undefined;
  /** Says whether the reader is where new events may flow in. */
  setAtEdge: (isAtEdge: boolean) => void;
  /** Reads the list anew, from its beginning. */
  reload: () => void;
}

const ORDER = '-event_time';
const PAGE = 100;
const NEWEST = 20;

/** Reads the events of filters page by page, the newest first, and follows new ones. */
export function useEvents(request: EventsRequest): Events {
  const { history, filters, key, isLive, formats } = request;
  const [version, setVersion] = useState(0);
  const [life, setLife] = useState(0);
  const [live, setLive] = useState<LiveState>();
  const isAtEdge = useRef(true);
  const current = useRef<EventPages | null>(null);
  const following = useRef<Live | null>(null);
  const stopped = useRef<LiveRest & { history: unknown; key: string }>();
  const reload = useCallback(() => {
    setLife((old) => old + 1);
    // Who reads the list from its beginning sees everything that waited.
    following.current?.forget();
    if (stopped.current !== undefined) stopped.current.waiting = 0;
  }, []);

  const pages = useMemo(() => {
    const read = async (cursor: string, signal: AbortSignal) => {
      const page = await history.list({ ...filters, ordering: ORDER, limit: PAGE, cursor, names: true }, { signal });
      return { events: page.data, next: page.hasNextPage() ? page.cursor : undefined };
    };
    return new EventPages(read, (time) => formats.dayKey(time), () => setVersion((old) => old + 1));
  }, [history, key, life, formats]);
  useEffect(() => {
    current.current = pages;
    void pages.more();
    return () => pages.close();
  }, [pages]);

  useEffect(() => {
    if (!isLive) {
      setLive(undefined);
      return undefined;
    }
    const take = (events: AnnalsEvent[]): boolean => {
      if (!isAtEdge.current || document.visibilityState === 'hidden') return false;
      if (current.current?.add(events) === false) reload();
      return true;
    };
    // A tail that was stopped is resumed where it was. A new one begins now, which may be after the first page was read.
    const last = stopped.current;
    const rest = last?.history === history && last.key === key ? last : undefined;
    const closing = new AbortController();
    const readBefore = async (): Promise<AnnalsEvent[]> => {
      const page = await history.list({ ...filters, ordering: ORDER, limit: NEWEST, names: true }, { signal: closing.signal });
      const list = current.current;
      if (list !== null && list.length > 0) return list.missing(page.data);
      list?.add(page.data);
      return [];
    };
    setLive({ state: 'connecting', waiting: rest?.waiting ?? 0, perSecond: undefined, error: undefined });
    const tail = history.tail(filters, { names: true, ...(rest?.cursor === undefined ? {} : { cursor: rest.cursor }) });
    const made = new Live(tail, take, setLive, readBefore, rest);
    following.current = made;
    return () => {
      stopped.current = { history, key, ...made.rest };
      following.current = null;
      closing.abort();
      made.close();
    };
  }, [history, key, isLive, reload]);

  const setAtEdge = useCallback((value: boolean) => {
    isAtEdge.current = value;
  }, []);
  return { pages, version, live, setAtEdge, reload };
}
