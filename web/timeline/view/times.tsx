import type { JSX } from 'preact';
import { useReading } from './reading.js';

/** The time of day, with UTC and the whole date for those who point at it or ask a screen reader. */
export function Clock({ time, exact = false }: { time: Date; exact?: boolean }): JSX.Element {
  const { formats } = useReading();
  return (
    <time class="clock" part="time" dateTime={time.toISOString()} title={`${formats.moment(time)}\n${formats.utc(time)}`}>
      {exact ? formats.moment(time) : formats.clock(time)}
    </time>
  );
}

/** A moment far away or near: the date, and beside it how long ago if that says more. */
export function Moment({ time, now }: { time: Date; now: Date }): JSX.Element {
  const { formats } = useReading();
  const recently = formats.recently(time, now);
  return (
    <time dateTime={time.toISOString()} title={formats.utc(time)}>
      {formats.moment(time)}
      {recently !== undefined && <span class="quiet"> · {recently}</span>}
    </time>
  );
}
