import { useCallback, useEffect, useState } from 'preact/hooks';

/** An answer that comes, came, or failed to come. The last one stays while the next one is read. */
export interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isReading: boolean;
  /** Asks again. */
  reload: () => void;
}

/** Asks for something when the part is drawn, when `key` changes and after `reload`. What is not wanted any more is aborted. */
export function useAnswer<T>(ask: (signal: AbortSignal) => PromiseLike<T>, key: string): Answer<T> {
  const [life, setLife] = useState(0);
  const [state, setState] = useState<{ data: T | undefined; error: unknown; isReading: boolean; key: string }>({
    data: undefined,
    error: undefined,
    isReading: true,
    key,
  });
  useEffect(() => {
    const closing = new AbortController();
    setState((old) => ({ data: old.key === key ? old.data : undefined, error: undefined, isReading: true, key }));
    ask(closing.signal).then(
      (data) => {
        if (!closing.signal.aborted) setState({ data, error: undefined, isReading: false, key });
      },
      (error: unknown) => {
        if (!closing.signal.aborted) setState((old) => ({ ...old, error, isReading: false }));
      },
    );
    return () => closing.abort();
  }, [key, life]);
  const reload = useCallback(() => setLife((old) => old + 1), []);
  const data = state.key === key ? state.data : undefined;
  return { data, error: state.error, isReading: state.isReading || state.key !== key, reload };
}
