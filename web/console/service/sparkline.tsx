import type { JSX } from 'preact';

const WIDTH = 100;
const HEIGHT = 30;
const TOP = 2;

/** A line of what was seen lately, over a ground that is 0. The figures beside it say its end and its height, so it is decoration. */
export function Sparkline({ values }: { values: readonly number[] }): JSX.Element | null {
  if (values.length < 2) return null;
  const highest = Math.max(...values);
  const y = (value: number): number => (highest <= 0 ? HEIGHT - 1 : HEIGHT - 1 - (value / highest) * (HEIGHT - 1 - TOP));
  const line = values.map((value, index) => `${((index / (values.length - 1)) * WIDTH).toFixed(2)},${y(value).toFixed(2)}`).join(' ');
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline points={line} fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
