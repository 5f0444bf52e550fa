import type { JSX } from 'preact';

export function HistoryPage(_: { client: string; eventId?: string; query?: URLSearchParams }): JSX.Element {
  return <p>…</p>;
}
