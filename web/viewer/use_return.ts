import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Events } from '../timeline/use/use_events.js';

const RETURNING_MS = 2_000;

/**
 * Shows what came while the page was hidden when the reader comes back to it and to the top of the list: events that are
 * newer would stand above a gap otherwise. Returns what the list tells of its edge.
 */
export function useReturn({ live, reload, setAtEdge }: Events): (isAtEdge: boolean) => void {
  const isAtEdge = useRef(true);
  const since = useRef(-Infinity);
  const [returns, setReturns] = useState(0);
  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'hidden') return;
      since.current = performance.now();
      setReturns((old) => old + 1);
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const waiting = live?.waiting ?? 0;
  useEffect(() => {
    if (waiting > 0 && isAtEdge.current && performance.now() - since.current < RETURNING_MS) reload();
  }, [waiting, returns, reload]);
  return useCallback(
    (value: boolean) => {
      isAtEdge.current = value;
      setAtEdge(value);
    },
    [setAtEdge],
  );
}
