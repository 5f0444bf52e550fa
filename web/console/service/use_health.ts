import type { Readiness } from 'annals-client';
import { useEffect, useState } from 'preact/hooks';
import { useConsole } from '../frame/console.js';
import { type Measured, readMetrics } from './metrics.js';

const PAUSE_MS = 5000;
const KEPT_POINTS = 180;

/** Holds what a part of the service said when it was not well. */
export interface Failure {
  at: Date;
  said: string;
}

/** Holds what was seen since the page was opened. */
export interface SeenHealth {
  readiness: Readiness | undefined;
  /** When the service answered last. */
  at: Date | undefined;
  points: readonly Measured[];
  /** The last failure of each part. */
  failures: ReadonlyMap<string, Failure>;
  /** Why there is no newer answer. */
  error: unknown;
}

const NOTHING: SeenHealth = { readiness: undefined, at: undefined, points: [], failures: new Map(), error: undefined };

/** Returns the parts that the service names, with what it says of each. */
export function partsOf(readiness: Readiness): [string, string][] {
  return Object.entries(readiness).flatMap(([name, said]): [string, string][] =>
    ['ready', 'status', 'detail'].includes(name) ? [] : [[name, String(said)]],
  );
}

/** Asks every five seconds while the page is seen, and at once when it is seen again. */
export function useHealth(): SeenHealth & { askNow: () => void } {
  const { session, refused } = useConsole();
  const [seen, setSeen] = useState(NOTHING);
  const [life, setLife] = useState(0);
  useEffect(() => {
    const closing = new AbortController();
    const { signal } = closing;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || document.visibilityState === 'hidden') return;
      isAsking = true;
      try {
        const readiness = await session.client.health.ready({ signal });
        setSeen((old) => withReadiness(old, readiness));
        if (session.isAdmin) {
          const measured = readMetrics(await session.client.health.metrics({ signal }), Date.now());
          setSeen((old) => ({ ...old, points: [...old.points, measured].slice(-KEPT_POINTS) }));
        }
      } catch (error) {
        if (!signal.aborted && !refused(error)) setSeen((old) => ({ ...old, error }));
      }
      isAsking = false;
      if (!signal.aborted) timer = setTimeout(() => void ask(), PAUSE_MS);
    };
    const askAgain = (): void => void ask();
    askAgain();
    document.addEventListener('visibilitychange', askAgain);
    return () => {
      closing.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', askAgain);
    };
  }, [session, refused, life]);
  return { ...seen, askNow: () => setLife((old) => old + 1) };
}

function withReadiness(old: SeenHealth, readiness: Readiness): SeenHealth {
  const at = new Date();
  const failures = new Map(old.failures);
  for (const [name, said] of partsOf(readiness)) if (said !== 'ok') failures.set(name, { at, said });
  return { ...old, readiness, at, failures, error: undefined };
}
