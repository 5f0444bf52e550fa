import type { JSX } from 'preact';

export function FindPage(_: { client: string; eventId?: string; query?: URLSearchParams }): JSX.Element {
  return <p>…</p>;
}
