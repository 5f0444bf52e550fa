import type { Annals, EventFilters } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useHistogram } from '../timeline/use/use_histogram.js';
import { Histogram } from '../timeline/view/histogram.js';
import { useReading } from '../timeline/view/reading.js';
import { problemText } from '../timeline/view/states.js';

export interface CountedBarsProps {
  client: Annals;
  query: EventFilters;
  countKey: string;
  onRange: (from: Date, to: Date) => void;
  onError: (error: unknown) => void;
  /** Whether another part says already that nothing can be read. */
  isStill: boolean;
  isConnected: boolean;
}

/** The events over time. Bars that are counted anew stay as they are until then. */
export function CountedBars({ client, query, countKey, onRange, onError, isStill, isConnected }: CountedBarsProps): JSX.Element | null {
  const { words, formats } = useReading();
  const counted = useHistogram({ history: client.events, filters: query, key: countKey, timeZone: formats.timeZone, isConnected });
  const error = counted.isReading ? undefined : counted.error;
  useEffect(() => {
    onError(error);
    return () => onError(undefined);
  }, [error, onError]);
  if (isStill && counted.bars.length === 0) return null;
  return (
    <div class="bars-place">
      {error === undefined ? (
        <Histogram bars={counted.bars} width={counted.width} onRange={onRange} isReading={counted.isReading && counted.bars.length === 0} />
      ) : (
        <div class="bars-error" role="alert">
          <p class="quiet">{problemText(error, words)}</p>
          <button type="button" onClick={counted.reload}>
            {words.retry}
          </button>
        </div>
      )}
    </div>
  );
}
