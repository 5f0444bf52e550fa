import type { Annals, EventFilters } from 'annals-client';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Bucket, type BucketWidth, filled, widthFor } from '../pages/buckets.js';
import { useRepeat } from './use_repeat.js';

export interface HistogramRequest {
  history: Pick<Annals['events'], 'list' | 'countBy'>;
  filters: EventFilters;
  /** It stands for the filters. */
  key: string;
  timeZone: string;
  /** Whether the tail is connected: what could not be counted is counted again then. */
  isConnected: boolean;
}

export interface CountedTime {
  bars: Bucket[];
  width: BucketWidth;
  /** How many events the filters leave; undefined while that is counted. */
  count: number | undefined;
  isReading: boolean;
  error: unknown;
  /** Counts again. */
  reload: () => void;
}

type Counts = Omit<CountedTime, 'reload'>;

const NOTHING: Counts = { bars: [], width: 'day', count: undefined, isReading: true, error: undefined };

/** Counts the events of filters over time, between the times of the filters, or else from the first event to now. */
export function useHistogram({ history, filters, key, timeZone, isConnected }: HistogramRequest): CountedTime {
  const [counted, setCounted] = useState<Counts>(NOTHING);
  const [life, setLife] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    setCounted((old) => ({ ...old, count: undefined, isReading: true }));
    count(history, filters, timeZone, closing.signal)
      .then((found) => setCounted({ ...found, isReading: false, error: undefined }))
      .catch((error: unknown) => {
        if (!closing.signal.aborted) setCounted({ ...NOTHING, isReading: false, error });
      });
    return () => closing.abort();
  }, [history, key, timeZone, life]);
  const reload = useCallback(() => setLife((old) => old + 1), []);
  useRepeat(isConnected, counted.isReading ? undefined : counted.error, reload);
  return { ...counted, reload };
}

async function count(history: HistogramRequest['history'], filters: EventFilters, tz: string, signal: AbortSignal) {
  const end = async (ordering: 'event_time' | '-event_time'): Promise<Date | undefined> => {
    const page = await history.list({ ...filters, ordering, limit: 1 }, { signal });
    return page.data[0] === undefined ? undefined : new Date(page.data[0].event_time);
  };
  const [first, newest] = await Promise.all([end('event_time'), end('-event_time')]);
  if (first === undefined || newest === undefined) return { bars: [], width: 'day' as const, count: 0 };
  const from = filters.event_time_from === undefined ? first : new Date(filters.event_time_from);
  const to = filters.event_time_to === undefined ? newest : new Date(filters.event_time_to);
  // A day with one event is easier to see than a minute with one.
  const width = widthFor(from, new Date(Math.max(to.getTime(), from.getTime() + 1)));
  const groups = await history.countBy({ ...filters, bucket: width, tz, limit: 10_000 }, { signal });
  const known = groups.results.flatMap((group) => (group.time === undefined ? [] : [{ time: group.time, count: group.count }]));
  const sum = known.reduce((total, group) => total + group.count, 0);
  return { bars: filled(known, width, from, new Date(to.getTime() + 1)), width, count: sum };
}
