import { ConnectionError, TimeoutError } from 'annals-client';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Repeats what could not reach the service as soon as the tail is connected: the rest can be read then too. It does so at
 * most once in each connection, so that what never succeeds is not asked for without end.
 */
export function useRepeat(isConnected: boolean, error: unknown, repeat: () => void): void {
  const isRepeated = useRef(false);
  useEffect(() => {
    if (!isConnected) isRepeated.current = false;
    else if (!isRepeated.current && error instanceof ConnectionError && !(error instanceof TimeoutError)) {
      isRepeated.current = true;
      repeat();
    }
  }, [isConnected, error]);
}
