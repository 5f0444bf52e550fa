/** What the service measured at one moment: the sums of all series of a name. */
export interface Measured {
  at: number;
  requests: number;
  failed: number;
  accepted: number;
  waiting: number;
  oldestWaiting: number;
  memory: number;
  connections: number;
  version: string;
}

/** Reads the text format of Prometheus, as far as the page shows it. */
export function readMetrics(text: string, at: number): Measured {
  const sums = new Map<string, number>();
  let failed = 0;
  let accepted = 0;
  let version = '';
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{([^}]*)\})? ([^ ]+)$/.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
    if (name === 'annals_http_request_duration_seconds_count' && /status="5/.test(labels)) failed += Number(value);
    if (name === 'annals_events_written_total' && /outcome="accepted"/.test(labels)) accepted += Number(value);
    if (name === 'annals_build_info') version = /version="([^"]*)"/.exec(labels)?.[1] ?? '';
  }
  const of = (name: string): number => sums.get(name) ?? 0;
  return {
    at,
    requests: of('annals_http_request_duration_seconds_count'),
    failed,
    accepted,
    waiting: of('annals_journal_events'),
    oldestWaiting: of('annals_journal_oldest_event_age_seconds'),
    memory: of('process_resident_memory_bytes'),
    connections: of('annals_http_connections'),
    version,
  };
}

/** Returns how much something grew in a second between measurements; a service that was started again begins at 0. */
export function rates(points: readonly Measured[], of: (point: Measured) => number): number[] {
  return points.slice(1).map((point, index) => {
    const before = points[index] as Measured;
    const seconds = (point.at - before.at) / 1000;
    return seconds <= 0 ? 0 : Math.max(0, of(point) - of(before)) / seconds;
  });
}
