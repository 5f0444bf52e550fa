/** The widths that the service counts in. */
export type BucketWidth = 'minute' | 'hour' | 'day' | 'week' | 'month';

export interface Bucket {
  start: Date;
  /** When the next one begins. */
  end: Date;
  count: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTHS: Record<BucketWidth, number> = { minute: 60_000, hour: HOUR, day: DAY, week: 7 * DAY, month: 31 * DAY };
const MAX_BARS = 180;

/** Returns the smallest width with which the span has no more bars than can be seen. */
export function widthFor(from: Date, to: Date): BucketWidth {
  const span = to.getTime() - from.getTime();
  const widths: BucketWidth[] = ['minute', 'hour', 'day', 'week'];
  return widths.find((width) => span / LENGTHS[width] <= MAX_BARS) ?? 'month';
}

/**
 * Returns a bar for every bucket between two times, also where nothing happened. The service gives the buckets that have
 * events; between them a day may have 23 or 25 hours, so empty ones are put where they roughly lie.
 */
export function filled(counted: readonly { time: string; count: number }[], width: BucketWidth, from: Date, to: Date): Bucket[] {
  const length = LENGTHS[width];
  const known = counted.map((group) => ({ start: new Date(group.time), count: group.count }));
  known.sort((a, b) => a.start.getTime() - b.start.getTime());
  const bars: Bucket[] = [];
  const put = (start: Date, count: number): void => void bars.push({ start, end: to, count });
  let at = known[0] === undefined ? from.getTime() : known[0].start.getTime();
  while (at - length * 0.9 > from.getTime()) at -= length;
  for (const bucket of known) {
    while (at < bucket.start.getTime() - length / 2) {
      put(new Date(at), 0);
      at += length;
    }
    put(bucket.start, bucket.count);
    at = bucket.start.getTime() + length;
  }
  while (at < to.getTime() && bars.length <= 2 * MAX_BARS) {
    put(new Date(at), 0);
    at += length;
  }
  bars.forEach((bar, index) => {
    const next = bars[index + 1];
    if (next !== undefined) bar.end = next.start;
  });
  return bars;
}
