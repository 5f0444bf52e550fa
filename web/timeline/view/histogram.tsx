import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Bucket, BucketWidth } from '../pages/buckets.js';
import { useReading } from './reading.js';

export interface HistogramProps {
  bars: readonly Bucket[];
  width: BucketWidth;
  /** Called with the time that the reader chose. */
  onRange: (from: Date, to: Date) => void;
  isReading: boolean;
}

/**
 * Events over time. Dragging chooses a time; by keyboard the arrows move, with Shift they choose, and Enter takes the
 * choice. It keeps its height while it has nothing to show.
 */
export function Histogram({ bars, width, onRange, isReading }: HistogramProps): JSX.Element {
  const { words, formats } = useReading();
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number>(); // undefined: on the last bar, which may come later
  const [anchor, setAnchor] = useState<number>();
  const [isDragging, setDragging] = useState(false);
  const [isUsed, setUsed] = useState(false);
  const at = Math.max(0, Math.min(cursor ?? bars.length - 1, bars.length - 1));
  const from = anchor === undefined ? at : Math.min(anchor, at);
  const to = anchor === undefined ? at : Math.max(anchor, at);
  const highest = Math.max(1, ...bars.map((bar) => bar.count));

  const take = (): void => {
    const first = bars[from];
    const last = bars[to];
    setAnchor(undefined);
    if (first !== undefined && last !== undefined) onRange(first.start, last.end);
  };
  const barAt = (x: number): number => {
    const { left = 0, width: wide = 1 } = box.current?.getBoundingClientRect() ?? {};
    return Math.min(bars.length - 1, Math.max(0, Math.floor(((x - left) / wide) * bars.length)));
  };
  const onKeyDown = (key: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -bars.length, End: bars.length };
    const step = steps[key.key];
    if (step !== undefined) {
      setAnchor(key.shiftKey ? (anchor ?? at) : undefined);
      setCursor(Math.min(bars.length - 1, Math.max(0, at + step)));
      setUsed(true);
    } else if (key.key === 'Enter') {
      take();
    } else if (key.key === 'Escape' && anchor !== undefined) {
      setAnchor(undefined);
      key.stopPropagation();
    } else {
      return;
    }
    key.preventDefault();
  };
  const bar = bars[at];
  const told = bar === undefined ? words.nothing_to_show : words.bar(nameOf(bar, width, formats), formats.number(bar.count));
  return (
    <div class={isReading ? 'histogram reading' : 'histogram'} part="histogram">
      <div
        ref={box}
        class="bars"
        role="slider"
        tabIndex={0}
        aria-label={words.histogram}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, bars.length - 1)}
        aria-valuenow={at}
        aria-valuetext={anchor === undefined ? told : words.range_chosen(to - from + 1, told)}
        onKeyDown={onKeyDown}
        onBlur={() => setUsed(false)}
        onPointerDown={(pointer) => {
          if (pointer.button !== 0 || bars.length === 0) return;
          pointer.currentTarget.setPointerCapture(pointer.pointerId);
          setDragging(true);
          setAnchor(barAt(pointer.clientX));
          setCursor(barAt(pointer.clientX));
        }}
        onPointerMove={(pointer) => {
          setCursor(barAt(pointer.clientX));
          setUsed(true);
        }}
        onPointerLeave={() => !isDragging && setUsed(false)}
        onPointerUp={() => {
          if (isDragging) take();
          setDragging(false);
        }}
        onPointerCancel={() => {
          setDragging(false);
          setAnchor(undefined);
        }}
      >
        <svg viewBox={`0 0 ${Math.max(1, bars.length)} 100`} preserveAspectRatio="none" aria-hidden="true">
          {bars.map((each, index) => {
            const high = each.count === 0 ? 0 : Math.max(3, (each.count / highest) * 100);
            const isChosen = isUsed && index >= from && index <= to;
            return <rect key={index} class={isChosen ? 'chosen' : ''} x={index + 0.08} y={100 - high} width={0.84} height={high} />;
          })}
        </svg>
      </div>
      <p class="axis quiet" aria-hidden="true">
        <span>{bars[0] !== undefined && nameOf(bars[0], width, formats)}</span>
        <strong>{isUsed && bar !== undefined && told}</strong>
        <span>{bars.length > 1 && nameOf(bars[bars.length - 1] as Bucket, width, formats)}</span>
      </p>
    </div>
  );
}

function nameOf(bar: Bucket, width: BucketWidth, formats: { shortDay(time: Date): string; clock(time: Date): string }): string {
  const isShort = width === 'minute' || width === 'hour';
  return isShort ? `${formats.shortDay(bar.start)}, ${formats.clock(bar.start)}` : formats.shortDay(bar.start);
}
