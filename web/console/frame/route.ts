/** Where the reader is. It stands behind the `#` of the URL, so that what is looked for is in no log of a server. */
export type Route =
  | { page: 'tenants'; query: URLSearchParams }
  | { page: 'history'; client: string; query: URLSearchParams }
  | { page: 'record'; client: string; record: string; query: URLSearchParams }
  | { page: 'event'; client: string; event: string; query: URLSearchParams }
  | { page: 'find'; client: string; query: URLSearchParams }
  | { page: 'service'; tab: string; query: URLSearchParams }
  | { page: 'unknown'; query: URLSearchParams };

/** The client id of the service's own history. */
export const AUDIT = '_annals';

/** Reads the part of a URL behind its `#`. */
export function readRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const query = new URLSearchParams(search);
  const [page, first = '', second = '', third] = path.split('/').map(decoded);
  if (page === '' || page === 'tenants') return { page: 'tenants', query };
  if (page === 'service') return { page: 'service', tab: first === '' ? 'health' : first, query };
  if (page === 't' && first !== '') {
    if (second === '' || second === 'history') return { page: 'history', client: first, query };
    if (second === 'find') return { page: 'find', client: first, query };
    if (second === 'records' && third !== undefined) return { page: 'record', client: first, record: third, query };
    if (second === 'events' && third !== undefined) return { page: 'event', client: first, event: third, query };
  }
  return { page: 'unknown', query };
}

/** The addresses of all pages. */
export const hrefs = {
  tenants: '#/tenants',
  service: (tab = 'health') => `#/service/${tab}`,
  history: (client: string, query?: URLSearchParams) => withQuery(`#/t/${encodeURIComponent(client)}/history`, query),
  find: (client: string) => `#/t/${encodeURIComponent(client)}/find`,
  record: (client: string, record: string, query?: URLSearchParams) =>
    withQuery(`#/t/${encodeURIComponent(client)}/records/${encodeURIComponent(record)}`, query),
  event: (client: string, event: string) => `#/t/${encodeURIComponent(client)}/events/${encodeURIComponent(event)}`,
};

/** Changes the query of the page on which the reader is. With `isStep` the browser leads back to the one before. */
export function changeQuery(query: URLSearchParams, isStep = false): void {
  const [path = ''] = location.hash.split('?');
  const hash = withQuery(path === '' ? '#/' : path, query);
  if (isStep) history.pushState(null, '', hash);
  else history.replaceState(null, '', hash);
  globalThis.dispatchEvent(new HashChangeEvent('hashchange'));
}

function withQuery(path: string, query?: URLSearchParams): string {
  const text = query?.toString() ?? '';
  return text === '' ? path : `${path}?${text}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
