import type { AnnalsEvent, History, Id, Page } from 'annals-client';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface RecordLife {
  /** The newest first. */
  events: AnnalsEvent[];
  /** Whether the first event of the record is among them. */
  isWhole: boolean;
  isReading: boolean;
  error: unknown;
  /** Reads earlier events. */
  more: () => void;
}

const PAGE = 200;
const NOTHING = { events: [] as AnnalsEvent[], isWhole: false, isReading: true, error: undefined as unknown };

/** Reads the events of a record, the newest first, as far as the reader wants to go back. */
export function useRecord(history: History, id: Id | undefined, key: string): RecordLife {
  const [state, setState] = useState(NOTHING);
  const last = useRef<Page<AnnalsEvent> | null>(null);
  const closing = useRef<AbortController | null>(null);

  const read = useCallback(async () => {
    const signal = closing.current?.signal;
    if (id === undefined || signal === undefined) return;
    setState((old) => ({ ...old, isReading: true, error: undefined }));
    try {
      const page: Page<AnnalsEvent> =
        last.current === null
          ? await history.list({ record_id: id, limit: PAGE, names: true }, { signal })
          : await last.current.getNextPage();
      if (signal.aborted) return;
      last.current = page;
      setState((old) => ({ events: [...old.events, ...page.data], isWhole: !page.hasNextPage(), isReading: false, error: undefined }));
    } catch (error) {
      if (!signal.aborted) setState((old) => ({ ...old, isReading: false, error }));
    }
  }, [history, key]);

  useEffect(() => {
    const controller = new AbortController();
    closing.current = controller;
    last.current = null;
    setState(id === undefined ? { ...NOTHING, isWhole: true, isReading: false } : NOTHING);
    void read();
    return () => controller.abort();
  }, [read]);
  return { ...state, more: () => void read() };
}
