import type { Readiness } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Problem, Skeleton } from '../../timeline/view/states.js';
import { useReading } from '../frame/reading.js';
import { useConsole } from '../frame/console.js';
import { type Measured, rates, readMetrics } from './metrics.js';
import { Sparkline } from './sparkline.js';

const PAUSE_MS = 5000;
const KEPT_POINTS = 180;

interface Seen {
  readiness: Readiness | undefined;
  points: Measured[];
  error: unknown;
}

/** Whether the service can serve, part by part, and what it does at the moment. */
export function Health(): JSX.Element {
  const { words, formats } = useReading();
  const { readiness, points, error } = useHealth();
  const last = points[points.length - 1];
  const figure = (label: string, values: readonly number[], write: (value: number) => string): JSX.Element | null => {
    const value = values[values.length - 1];
    if (value === undefined) return null;
    return (
      <div class="tile">
        <dt>{label}</dt>
        <dd>{write(value)}</dd>
        <Sparkline values={values} />
      </div>
    );
  };
  const perSecond = (value: number): string => words.service_pages.per_second(formats.compact(Math.round(value * 10) / 10));
  return (
    <section aria-label={words.service_pages.health}>
      {error !== undefined && <Problem error={error} />}
      {readiness === undefined && error === undefined && <Skeleton rows={4} />}
      {readiness !== undefined && (
        <>
          <p class={readiness.ready ? 'verdict well' : 'verdict ill'} role="status">
            {readiness.ready ? words.service_pages.ready : words.service_pages.not_ready}
            {readiness.detail !== undefined && ` ${readiness.detail}`}
          </p>
          <ul class="parts">
            {Object.entries(readiness)
              .filter(([name]) => !['ready', 'status', 'detail'].includes(name))
              .map(([name, state]) => (
                <li key={name} class={state === 'ok' ? 'well' : 'ill'}>
                  <strong>{(words.service_pages.parts as Record<string, string>)[name] ?? name}</strong> <span>{state === 'ok' ? words.service_pages.ok : String(state)}</span>
                </li>
              ))}
          </ul>
        </>
      )}
      {last !== undefined && (
        <dl class="tiles">
          {figure(words.service_pages.requests, rates(points, (point) => point.requests), perSecond)}
          {figure(words.service_pages.accepted, rates(points, (point) => point.accepted), perSecond)}
          {figure(words.service_pages.errors, rates(points, (point) => point.failed), perSecond)}
          {figure(words.service_pages.waiting, points.map((point) => point.waiting), (value) => formats.number(value))}
          {figure(words.service_pages.oldest, points.map((point) => point.oldestWaiting), (value) => `${formats.number(Math.round(value * 10) / 10)} s`)}
          {figure(words.service_pages.connections, points.map((point) => point.connections), (value) => formats.number(value))}
          {figure(words.service_pages.memory, points.map((point) => point.memory), (value) => formats.bytes(value))}
          <div class="tile">
            <dt>{words.service_pages.version}</dt>
            <dd>{last.version}</dd>
          </div>
        </dl>
      )}
    </section>
  );
}

/** Asks every five seconds while the page is seen. */
function useHealth(): Seen {
  const { session, refused } = useConsole();
  const [seen, setSeen] = useState<Seen>({ readiness: undefined, points: [], error: undefined });
  useEffect(() => {
    const closing = new AbortController();
    const { signal } = closing;
    const ask = async (): Promise<void> => {
      if (document.visibilityState === 'hidden') return;
      try {
        const readiness = await session.client.health.ready({ signal });
        const text = session.isAdmin ? await session.client.health.metrics({ signal }) : undefined;
        const measured = text === undefined ? [] : [readMetrics(text, Date.now())];
        setSeen((old) => ({ readiness, points: [...old.points, ...measured].slice(-KEPT_POINTS), error: undefined }));
      } catch (error) {
        if (!signal.aborted && !refused(error)) setSeen((old) => ({ ...old, error }));
      }
    };
    let timer: ReturnType<typeof setTimeout>;
    const repeat = async (): Promise<void> => {
      await ask();
      if (!signal.aborted) timer = setTimeout(() => void repeat(), PAUSE_MS);
    };
    void repeat();
    return () => {
      closing.abort();
      clearTimeout(timer);
    };
  }, [session, refused]);
  return seen;
}
