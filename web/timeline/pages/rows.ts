import type { AnnalsEvent } from 'annals-client';

/** A row of the list: an event, or the heading of a day. */
export type Row = { kind: 'day'; key: string; time: Date } | { kind: 'event'; key: string; event: AnnalsEvent };

/** Returns the rows of events that follow each other, with a heading before the first event of each day. */
export function rowsOf(events: readonly AnnalsEvent[], dayBefore: string | undefined, dayKey: (time: Date) => string): Row[] {
  const rows: Row[] = [];
  let day = dayBefore;
  for (const event of events) {
    const time = new Date(event.event_time);
    const key = dayKey(time);
    if (key !== day) rows.push({ kind: 'day', key, time });
    day = key;
    rows.push({ kind: 'event', key: event.event_id, event });
  }
  return rows;
}
