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
}

/** The events over time. Bars that are counted anew stay as they are until then. */
export function CountedBars({ client, query, countKey, onRange, onError }: CountedBarsProps): JSX.Element {
  const { words, formats } = useReading();
  const counted = useHistogram({ history: client.events, filters: query, key: countKey, timeZone: formats.timeZone });
  useEffect(() => {
    onError(counted.error);
    return () => onError(undefined);
  }, [counted.error, onError]);
  return (
    <div class="bars-place">
      {counted.error === undefined ? (
        <Histogram bars={counted.bars} width={counted.width} onRange={onRange} isReading={counted.isReading && counted.bars.length === 0} />
      ) : (
        <p class="quiet bars-error">{problemText(counted.error, words)}</p>
      )}
    </div>
  );
}
