import { h, render } from 'preact';
import { isSameFilters, NO_FILTERS } from '../timeline/filters/filters.js';
import { ID_FILTERS } from '../timeline/filters/filters.js';
import type { Words } from '../words/words.js';
import { askForToken, type GetToken } from './access.js';
import { type ApiFilters, fromApi, type GivenFilters, toApi } from './api_filters.js';
import { languageOf } from './language.js';
import { styleSheets } from './styles.js';
import { Viewer } from './viewer.js';

export const NAME = 'annals-history';

const ATTRIBUTES = [
  'base-url',
  'src',
  'event-type-id',
  'source-type-id',
  'source-id',
  'record-id',
  'lang',
  'time-zone',
  'live',
  'histogram',
  'search',
];
const PROPERTIES = ['getToken', 'filters', 'messages', 'templates', 'timeZone'] as const;

// Only a variable keeps the bundler from taking this for a file to copy.
const script = import.meta.url;

/** Defines `<annals-history>`. It does nothing where there are no elements, as in Node, or where it is defined already. */
export function defineElement(): void {
  if (typeof HTMLElement === 'undefined' || customElements.get(NAME) !== undefined) return;
  customElements.define(NAME, makeElement());
}

function makeElement(): CustomElementConstructor {
  return class AnnalsHistory extends HTMLElement {
    static observedAttributes = ATTRIBUTES;

    #getToken: GetToken | undefined;
    #filters = NO_FILTERS;
    #messages: Partial<Words> | undefined;
    #templates: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
    #timeZone: string | undefined;
    #connection: AbortController | undefined;
    #life = 0;
    #isDrawing = false;

    constructor() {
      super();
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      root.adoptedStyleSheets = styleSheets();
    }

    /** Called for a viewer token whenever one is needed. It may be replaced at any time. */
    get getToken(): GetToken | undefined {
      return this.#getToken;
    }
    set getToken(value: GetToken | undefined) {
      const isFirst = this.#getToken === undefined;
      this.#getToken = value;
      if (isFirst) this.reload();
    }

    /** The filters that the reader sees and may remove. */
    get filters(): ApiFilters {
      return toApi(this.#filters);
    }
    set filters(value: GivenFilters | null | undefined) {
      const filters = fromApi(value);
      if (isSameFilters(filters, this.#filters)) return;
      this.#filters = filters;
      this.#draw();
    }

    /** Words that replace the element's own. */
    get messages(): Partial<Words> | undefined {
      return this.#messages;
    }
    set messages(value: Partial<Words> | undefined) {
      this.#messages = value;
      this.#draw();
    }

    /** Templates of sentences by the event_type_id, which come before those of the service. */
    get templates(): Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined {
      return this.#templates;
    }
    set templates(value: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined) {
      this.#templates = value;
      this.#draw();
    }

    /** The time zone of all times, as IANA names it. Default: the reader's. */
    get timeZone(): string | undefined {
      return this.#timeZone ?? this.getAttribute('time-zone') ?? undefined;
    }
    set timeZone(value: string | undefined) {
      this.#timeZone = value;
      this.#draw();
    }

    /** Reads everything anew, with a new token. */
    reload(): void {
      this.#life++;
      this.#draw();
    }

    connectedCallback(): void {
      // A property that was set before the element was defined lies on the object itself, and hides the property.
      for (const name of PROPERTIES) {
        if (!Object.hasOwn(this, name)) continue;
        const given = this as Record<string, unknown>;
        const value = given[name];
        delete given[name];
        given[name] = value;
      }
      this.#connection ??= new AbortController();
      this.#draw();
    }

    disconnectedCallback(): void {
      // Who moves an element disconnects and connects it in one go.
      queueMicrotask(() => {
        if (this.isConnected) return;
        this.#connection?.abort();
        this.#connection = undefined;
        render(null, this.shadowRoot as ShadowRoot);
      });
    }

    attributeChangedCallback(): void {
      this.#draw();
    }

    /** Draws once, however many things have changed before. */
    #draw(): void {
      if (this.#isDrawing || this.#connection === undefined) return;
      this.#isDrawing = true;
      queueMicrotask(() => {
        this.#isDrawing = false;
        if (this.#connection !== undefined) render(this.#view(this.#connection.signal), this.shadowRoot as ShadowRoot);
      });
    }

    #view(signal: AbortSignal) {
      const fixed = Object.fromEntries(ID_FILTERS.map((name) => [name, this.getAttribute(name.replace(/_/g, '-'))]));
      return h(Viewer, {
        element: this,
        signal,
        baseUrl: this.getAttribute('base-url') ?? this.getAttribute('src') ?? new URL('.', script).href,
        hasToken: this.#getToken !== undefined,
        askForToken: () => askForToken(this.#getToken),
        life: this.#life,
        onRetry: () => this.reload(),
        fixed: fromApi(fixed),
        filters: this.#filters,
        onFilters: (filters) => {
          this.#filters = filters;
          this.#draw();
        },
        language: languageOf(this),
        timeZone: this.timeZone,
        messages: this.#messages,
        templates: this.#templates,
        isLive: this.#isOn('live'),
        hasHistogram: this.#isOn('histogram'),
        hasSearch: this.#isOn('search'),
      });
    }

    /** Frameworks write `live="false"` where HTML has no attribute. */
    #isOn(name: string): boolean {
      return !['false', 'off', 'no', null].includes(this.getAttribute(name));
    }
  };
}
