import { type NewViewerToken, parseId, type ViewerFilter } from 'annals-client';

/** The filters of a token that the page offers, each with one value. */
export const EMBED_FILTERS = ['record_id', 'event_type_id', 'source_type_id', 'source_id'] as const;
export type EmbedFilter = (typeof EMBED_FILTERS)[number];

/** Says what can be switched on in the element. */
export const SWITCHES = ['search', 'histogram', 'live'] as const;
export type Switch = (typeof SWITCHES)[number];

export const LIVES = [300, 900, 3600, 86_400] as const;
export const THEMES = ['auto', 'light', 'dark'] as const;

const DEFAULT_LIFE = 900;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** Says what a page shows of which history, and how. It is what stands in the URL. */
export interface EmbedChoice {
  tenant: string | undefined;
  ids: Readonly<Record<EmbedFilter, string>>;
  q: string;
  givesFiles: boolean;
  /** How long a token is valid, in seconds. */
  life: number;
  switches: ReadonlySet<Switch>;
  theme: (typeof THEMES)[number];
  /** Empty for the element's own. */
  accent: string;
  radius: string;
}

export function readChoice(query: URLSearchParams): EmbedChoice {
  const life = Number(query.get('life'));
  const accent = query.get('accent') ?? '';
  const radius = query.get('radius') ?? '';
  return {
    tenant: query.get('tenant') ?? undefined,
    ids: Object.fromEntries(EMBED_FILTERS.map((name) => [name, query.get(name) ?? ''])) as Record<EmbedFilter, string>,
    q: query.get('q') ?? '',
    givesFiles: query.has('files'),
    life: LIVES.find((each) => each === life) ?? DEFAULT_LIFE,
    switches: new Set(SWITCHES.filter((name) => query.has(name))),
    theme: THEMES.find((each) => each === query.get('theme')) ?? 'auto',
    accent: COLOUR.test(accent) ? accent : '',
    radius: /^\d{1,2}$/.test(radius) ? radius : '',
  };
}

export function writeChoice(choice: EmbedChoice): URLSearchParams {
  const query = new URLSearchParams();
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') query.set(name, value);
  };
  put('tenant', choice.tenant);
  for (const name of EMBED_FILTERS) put(name, choice.ids[name]);
  put('q', choice.q);
  if (choice.givesFiles) put('files', 'true');
  if (choice.life !== DEFAULT_LIFE) put('life', String(choice.life));
  for (const name of choice.switches) put(name, 'true');
  if (choice.theme !== 'auto') put('theme', choice.theme);
  put('accent', choice.accent);
  put('radius', choice.radius);
  return query;
}

/** Returns the filters that hold no id, so that a token of them would show more than is meant. */
export function wrongFilters(choice: EmbedChoice): EmbedFilter[] {
  return EMBED_FILTERS.filter((name) => choice.ids[name] !== '' && parseId(choice.ids[name]) === undefined);
}

/** Returns what is sent for a token. Throws if an id is none. */
export function tokenOf(choice: EmbedChoice, tenant: string): NewViewerToken {
  const filter: ViewerFilter = {};
  for (const name of EMBED_FILTERS) {
    if (choice.ids[name] === '') continue;
    const id = parseId(choice.ids[name]);
    if (id === undefined) throw new Error(`${name} is no id`);
    filter[name] = [id];
  }
  if (choice.q !== '') filter.q = choice.q;
  return { client_id: tenant, filter, permissions: choice.givesFiles ? ['history', 'files'] : ['history'], expires_in: choice.life };
}
