import { Annals, type AnnalsEvent, type EventFilters, type Token } from 'annals-client';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { asQuery, type Filter, type Filters, ID_FILTERS, withFilter, withoutFilter, writeFilters } from '../timeline/filters/filters.js';
import { ReadingContext } from '../timeline/view/reading.js';
import { Problem } from '../timeline/view/states.js';
import { Formats } from '../words/format.js';
import { LANGUAGES, type Words, wordsFor } from '../words/words.js';
import { toApi, within } from './api_filters.js';
import { Board } from './board.js';
import { plainError, plainEvent } from './plain.js';

export interface ViewerProps {
  element: HTMLElement;
  /** Ends everything that the element has begun. */
  signal: AbortSignal;
  baseUrl: string;
  hasToken: boolean;
  askForToken: () => Promise<string | Token>;
  /** Another number reads everything anew. */
  life: number;
  onRetry: () => void;
  /** Says what the page's attributes say; the reader cannot remove it. */
  fixed: Filters;
  filters: Filters;
  onFilters: (filters: Filters) => void;
  language: readonly string[];
  timeZone: string | undefined;
  messages: Partial<Words> | undefined;
  templates: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
  isLive: boolean;
  hasHistogram: boolean;
  hasSearch: boolean;
}

/** Tells the page what happens in the element. */
export interface Page {
  ready(): void;
  /** Returns false if the page shows the event itself. */
  select(event: AnnalsEvent): boolean;
  /** Returns false if the page opens the file itself. */
  openFile(event: AnnalsEvent): boolean;
  fail(error: unknown): void;
}

/** Draws the element: it turns what the page has said into words, a client and filters. */
export function Viewer(props: ViewerProps): JSX.Element {
  const { element, signal, askForToken, baseUrl, life, fixed, filters } = props;
  const asking = useRef(askForToken);
  asking.current = askForToken;
  const reading = useWriting(props);
  const page = useMemo(() => pageOf(element), [element]);
  const client = useMemo(() => clientOf(baseUrl, () => asking.current(), signal), [baseUrl, life, signal]);

  const key = `${writeFilters(fixed)}|${writeFilters(filters)}`;
  const query = useMemo((): EventFilters => within(fixed, asQuery(filters, new Date())), [key, life]);
  const change = (changed: Filters): void => {
    if (changed === filters) return;
    props.onFilters(changed);
    notify(element, 'annals-filter', { filters: toApi(changed) });
  };
  const isOfRecord = fixed.ids.record_id.length > 0;
  const error = client instanceof Annals ? undefined : client;
  useEffect(() => {
    if (error !== undefined) page.fail(error);
  }, [error, page]);
  return (
    <ReadingContext.Provider value={reading}>
      <div class="annals" part="frame" lang={reading.formats.language}>
        {client instanceof Annals ? (
          <Board
            key={`${baseUrl} ${writeFilters(fixed)}`}
            element={element}
            client={client}
            query={query}
            filterKey={key}
            filters={filters}
            onAdd={(filter) => !isFixed(fixed, filter) && change(withFilter(filters, filter))}
            onRemove={(filter) => change(withoutFilter(filters, filter))}
            onClear={() => change({ ...filters, q: '', from: '', to: '', ids: NO_IDS, fields: {} })}
            page={page}
            hasToken={props.hasToken}
            onRetry={props.onRetry}
            isLive={props.isLive}
            hasHistogram={props.hasHistogram}
            hasSearch={props.hasSearch}
            showsRecord={!isOfRecord}
          />
        ) : (
          <Problem error={client} />
        )}
      </div>
    </ReadingContext.Provider>
  );
}

const NO_IDS = { event_type_id: [], source_type_id: [], source_id: [], record_id: [] };

function useWriting({ language, timeZone, messages, templates }: ViewerProps) {
  const found = wordsFor(LANGUAGES, language);
  const formats = useMemo(() => formatsFor(found.language, timeZone), [found.language, timeZone]);
  return useMemo(() => {
    const byType = templates === undefined ? undefined : new Map(templates instanceof Map ? templates : Object.entries(templates));
    const words = messages === undefined ? found.words : { ...found.words, ...messages };
    return { words, formats, ...(byType === undefined ? {} : { templates: byType }) };
  }, [found.words, formats, messages, templates]);
}

/** Returns the formats of a language; those of English or of the reader's time zone if there is no such one. */
function formatsFor(language: string, timeZone: string | undefined): Formats {
  const attempts: [string, string | undefined][] = [[language, timeZone], [language, undefined], ['en', timeZone]];
  for (const [tag, zone] of attempts) {
    try {
      return new Formats(tag, zone);
    } catch {
      // The page has named a language or a time zone that there is not.
    }
  }
  return new Formats('en');
}

/** Returns a client, or why there can be none: the page's address may be wrong. */
function clientOf(baseUrl: string, viewerToken: () => Promise<string | Token>, signal: AbortSignal): Annals | Error {
  const ending: typeof fetch = (input, init) => {
    const signals = [signal, init?.signal].filter((one) => one instanceof AbortSignal);
    return fetch(input, { ...init, signal: AbortSignal.any(signals) });
  };
  try {
    return new Annals({ baseUrl: new URL(baseUrl, document.baseURI).href, viewerToken, fetch: ending });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function pageOf(element: HTMLElement): Page {
  return {
    ready: () => void notify(element, 'annals-ready', {}),
    select: (event) => notify(element, 'annals-select', { event: plainEvent(event) }, true),
    openFile: (event) => notify(element, 'annals-open-file', { event: plainEvent(event) }, true),
    fail: (error) => void notify(element, 'annals-error', { ...plainError(error) }),
  };
}

/** Returns false if the page has prevented what follows. */
function notify(element: HTMLElement, name: string, detail: object, cancelable = false): boolean {
  return element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
}

function isFixed(fixed: Filters, filter: Filter): boolean {
  return filter.kind === 'id' && ID_FILTERS.includes(filter.name) && fixed.ids[filter.name].includes(filter.id);
}
