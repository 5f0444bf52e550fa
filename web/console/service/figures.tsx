import type { JSX } from 'preact';
import { useReading } from '../frame/reading.js';
import { Tile } from '../tenants/tiles.js';
import { failedShares, type Measured, rates } from './metrics.js';
import { Sparkline } from './sparkline.js';

/** Shows what the service does at the moment, and did since the page was opened. */
export function Figures({ points }: { points: readonly Measured[] }): JSX.Element | null {
  const { words, formats } = useReading();
  const first = points[0];
  const last = points[points.length - 1];
  if (first === undefined || last === undefined) return null;
  const { service_pages: said } = words;
  const rounded = (value: number): number => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
  const perSecond = (value: number): string => said.per_second(formats.compact(rounded(value)));
  const gauge = (of: (point: Measured) => number | undefined): number[] => points.flatMap((point) => of(point) ?? []);
  const states: Readonly<Record<string, string>> = words.tenant_pages.states;
  const otherStates = [...last.tenants].filter(([state, count]) => state !== 'active' && count > 0);
  return (
    <>
      <h2 class="part-head">{said.figures}</h2>
      <dl class="tiles figures">
        <Figure label={said.requests} values={rates(points, (point) => point.requests)} write={perSecond} />
        <Figure label={said.error_share} values={failedShares(points)} write={(value) => formats.percent(value)} isIll={(value) => value > 0} />
        <Figure label={said.accepted} values={rates(points, (point) => point.accepted)} write={perSecond} />
        <Figure label={said.waiting} values={gauge((point) => point.journalEvents)} write={(value) => formats.number(value)} />
        <Figure label={said.oldest} values={gauge((point) => point.journalAge)} write={(value) => said.seconds(formats.number(rounded(value)))} />
        <Figure label={said.tails} values={gauge((point) => point.tails)} write={(value) => formats.number(value)} />
        <Figure label={said.exports} values={gauge((point) => point.exports)} write={(value) => formats.number(value)} />
        <Figure label={said.connections} values={gauge((point) => point.connections)} write={(value) => formats.number(value)} />
        <Figure label={said.memory} values={gauge((point) => point.memory)} write={(value) => formats.bytes(value)} />
        <Figure label={said.disk_free} values={gauge((point) => point.diskFree)} write={(value) => formats.bytes(value)} />
        {last.tenants.has('active') && (
          <Tile
            label={said.active_tenants}
            value={formats.number(last.tenants.get('active') ?? 0)}
            note={otherStates.map(([state, count]) => `${formats.number(count)} ${states[state] ?? state}`).join(' · ')}
          />
        )}
        <Tile
          label={said.version}
          value={last.version === '' ? '–' : last.version}
          note={last.startedAt === undefined ? last.engine : said.running_since(formats.moment(last.startedAt), (said.engines as Record<string, string>)[last.engine] ?? last.engine)}
        />
      </dl>
      <p class="quiet hint">{said.seen_since(formats.seconds(new Date(first.at)))}</p>
    </>
  );
}

interface FigureProps {
  label: string;
  values: readonly number[];
  write: (value: number) => string;
  isIll?: (value: number) => boolean;
}

/** A figure with its line. It has no value before the second measurement, if it is a rate. */
function Figure({ label, values, write, isIll }: FigureProps): JSX.Element {
  const { words } = useReading();
  const last = values[values.length - 1];
  const highest = Math.max(...values);
  return (
    <div class={last !== undefined && isIll?.(last) === true ? 'tile ill' : 'tile'}>
      <dt>{label}</dt>
      <dd>{last === undefined ? '–' : write(last)}</dd>
      {values.length > 1 && (
        <dd class="tile-note quiet">
          <Sparkline values={values} />
          {words.service_pages.at_most(write(highest))}
        </dd>
      )}
    </div>
  );
}
