import type { JSX } from 'preact';

export function RecordPage(_: { client: string; record: string; query: URLSearchParams }): JSX.Element {
  return <p>…</p>;
}
