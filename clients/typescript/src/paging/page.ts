/** What a list answers with, whatever it lists. */
export interface PageBody<T> {
  limit: number;
  offset?: number;
  total_count?: number | null;
  filtered_count?: number | null;
  next?: string | null;
  results: T[];
}

/** Where a page ends: the parameter that the next page is asked for with. */
export type Continuation = { cursor: string } | { offset: string };

/** One page of a list. */
export class Page<T> {
  readonly data: T[];
  readonly limit: number;
  /** How many there are in all, and how many the filters leave; null if they were not counted. */
  readonly total_count: number | null;
  readonly filtered_count: number | null;
  readonly requestId: string;
  readonly #next: Continuation | undefined;
  readonly #getPage: (at: Continuation) => Promise<Page<T>>;

  /** @internal */
  constructor(
    body: PageBody<T>,
    requestId: string,
    next: Continuation | undefined,
    getPage: (at: Continuation) => Promise<Page<T>>,
  ) {
    this.data = body.results;
    this.limit = body.limit;
    this.total_count = body.total_count ?? null;
    this.filtered_count = body.filtered_count ?? null;
    this.requestId = requestId;
    this.#next = next;
    this.#getPage = getPage;
  }

  /**
   * Where the next page begins, to be stored and given to `list({ cursor })` later; undefined at the end, and for
   * pages by offset. In the order of arrival it is there at the end too: it is where to ask again later.
   */
  get cursor(): string | undefined {
    return this.#next !== undefined && 'cursor' in this.#next ? this.#next.cursor : undefined;
  }

  /** Returns whether there is another page. In the order of arrival a page without events is the last one for now. */
  hasNextPage(): boolean {
    return this.#next !== undefined && this.data.length > 0;
  }

  /** Throws RangeError if there is none. */
  async getNextPage(): Promise<Page<T>> {
    if (this.#next === undefined) throw new RangeError('there is no next page; ask hasNextPage() before');
    return this.#getPage(this.#next);
  }
}

/**
 * A list that is asked for when it is used: awaited it is its first page, iterated it is all its items, and `byPage()`
 * all its pages. No page is asked for before the items of the one before have been taken.
 */
export class List<T> implements PromiseLike<Page<T>>, AsyncIterable<T> {
  readonly #getFirst: () => Promise<Page<T>>;
  #first: Promise<Page<T>> | undefined;

  /** @internal */
  constructor(getFirst: () => Promise<Page<T>>) {
    this.#getFirst = getFirst;
  }

  then<A = Page<T>, B = never>(
    resolved?: ((value: Page<T>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#first ??= this.#getFirst();
    return this.#first.then(resolved, rejected);
  }

  async *byPage(): AsyncGenerator<Page<T>, void, undefined> {
    const first: PromiseLike<Page<T>> = this;
    let page = await first;
    for (;;) {
      yield page;
      if (!page.hasNextPage()) return;
      page = await page.getNextPage();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.byPage()) yield* page.data;
  }

  /** Returns the first `limit` items; the limit must be given, because a list may be of any length. */
  async toArray({ limit }: { limit: number }): Promise<T[]> {
    const items: T[] = [];
    if (limit <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= limit) break;
    }
    return items;
  }
}
