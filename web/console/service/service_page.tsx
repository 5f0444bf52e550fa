import type { JSX } from 'preact';

export function ServicePage(_: { query: URLSearchParams; tab?: string }): JSX.Element {
  return <p>…</p>;
}
