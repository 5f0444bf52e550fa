import type { JSX } from 'preact';

export function TenantsPage(_: { query: URLSearchParams; tab?: string }): JSX.Element {
  return <p>…</p>;
}
