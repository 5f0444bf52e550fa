/** Holds what the service measured at one moment. A figure that it does not measure is undefined: a remote engine has no journal. */
export interface Measured {
  at: number;
  requests: number;
  failed: number;
  accepted: number;
  journalEvents: number | undefined;
  journalAge: number | undefined;
  connections: number | undefined;
  tails: number | undefined;
  exports: number | undefined;
  memory: number | undefined;
  diskFree: number | undefined;
  /** How many tenants there are, by their state. */
  tenants: ReadonlyMap<string, number>;
  version: string;
  engine: string;
  startedAt: Date | undefined;
}

type Labels = ReadonlyMap<string, string>;
type Series = readonly { labels: Labels; value: number }[];

/** Reads the text format of Prometheus, as far as the page shows it. */
export function readMetrics(text: string, at: number): Measured {
  const all = readSeries(text);
  const sum = (name: string, isMeant: (labels: Labels) => boolean = () => true): number | undefined => {
    const series = all.get(name)?.filter(({ labels }) => isMeant(labels)) ?? [];
    return series.length === 0 ? undefined : series.reduce((total, { value }) => total + value, 0);
  };
  const requests = 'annals_http_request_duration_seconds_count';
  const started = sum('process_start_time_seconds');
  const build = all.get('annals_build_info')?.[0]?.labels;
  return {
    at,
    requests: sum(requests) ?? 0,
    failed: sum(requests, (labels) => labels.get('status')?.startsWith('5') === true) ?? 0,
    accepted: sum('annals_events_written_total', (labels) => labels.get('outcome') === 'accepted') ?? 0,
    journalEvents: sum('annals_journal_events'),
    journalAge: sum('annals_journal_oldest_event_age_seconds'),
    connections: sum('annals_http_connections'),
    tails: sum('annals_streams', (labels) => labels.get('kind') === 'tail'),
    exports: sum('annals_streams', (labels) => labels.get('kind') === 'export'),
    memory: sum('process_resident_memory_bytes'),
    diskFree: sum('annals_disk_free_bytes'),
    tenants: new Map((all.get('annals_tenants') ?? []).map(({ labels, value }) => [labels.get('state') ?? '', value])),
    version: build?.get('version') ?? '',
    engine: build?.get('engine') ?? '',
    startedAt: started === undefined ? undefined : new Date(started * 1000),
  };
}

/** Returns how much something grew in a second between measurements; a service that was started again begins at 0. */
export function rates(points: readonly Measured[], of: (point: Measured) => number): number[] {
  return steps(points).map(({ before, after }) => {
    const seconds = (after.at - before.at) / 1000;
    return seconds <= 0 ? 0 : grown(before, after, of) / seconds;
  });
}

/** Returns which share of the requests between measurements the service failed to answer. */
export function failedShares(points: readonly Measured[]): number[] {
  return steps(points).map(({ before, after }) => {
    const requests = grown(before, after, (point) => point.requests);
    return requests === 0 ? 0 : Math.min(1, grown(before, after, (point) => point.failed) / requests);
  });
}

function steps(points: readonly Measured[]): { before: Measured; after: Measured }[] {
  return points.slice(1).map((after, index) => ({ before: points[index] as Measured, after }));
}

function grown(before: Measured, after: Measured, of: (point: Measured) => number): number {
  return Math.max(0, of(after) - of(before));
}

function readSeries(text: string): ReadonlyMap<string, Series> {
  const all = new Map<string, { labels: Labels; value: number }[]>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    const series = all.get(name) ?? [];
    series.push({ labels: readLabels(labels), value: Number(value) });
    all.set(name, series);
  }
  return all;
}

function readLabels(text: string): Labels {
  const labels = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return new Map(Array.from(labels, ([, name = '', value = '']) => [name, value]));
}
