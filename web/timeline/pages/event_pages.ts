import type { AnnalsEvent } from 'annals-client';
import { type Row, rowsOf } from './rows.js';

/** A page as the service gives it, and where the next one begins. */
export interface ReadPage {
  events: AnnalsEvent[];
  next: string | undefined;
}

/** Reads the page that begins at a cursor; `''` is the beginning. */
export type ReadEvents = (cursor: string, signal: AbortSignal) => Promise<ReadPage>;

interface Chunk {
  cursor: string;
  /** undefined while it is not in memory. */
  rows: Row[] | undefined;
  /** How many rows it has, or had. */
  count: number;
  dayBefore: string | undefined;
  lastDay: string | undefined;
  reading: Promise<void> | undefined;
}

// Pages that are further away from what is seen are given up, and read again when they are needed.
const KEPT_ON_EACH_SIDE = 8;
// The newest events come to the first page. When it is too long, the list is read anew.
const MAX_NEW = 400;

/**
 * A list of any number of events, of which those near the reader are in memory. Whatever is read comes in order, so it
 * grows at its end only; what was given up keeps its place.
 */
export class EventPages {
  readonly #read: ReadEvents;
  readonly #changed: () => void;
  readonly #dayKey: (time: Date) => string;
  readonly #closing = new AbortController();
  #chunks: Chunk[] = [];
  #starts: number[] = [0];
  #next: string | undefined = '';
  /** Events that came before the first page. */
  #early: AnnalsEvent[] = [];
  #error: unknown;
  #isReading = false;

  /** `changed` is called whenever there is something else to be drawn. */
  constructor(read: ReadEvents, dayKey: (time: Date) => string, changed: () => void) {
    this.#read = read;
    this.#dayKey = dayKey;
    this.#changed = changed;
  }

  /** How many rows are known so far. */
  get length(): number {
    return this.#starts[this.#chunks.length] ?? 0;
  }

  /** Whether the last event is among them. */
  get isWhole(): boolean {
    return this.#next === undefined;
  }

  get isReading(): boolean {
    return this.#isReading;
  }

  /** Why the list does not grow; undefined if it does. */
  get error(): unknown {
    return this.#error;
  }

  /** How many rows are in memory. */
  get kept(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk.rows?.length ?? 0), 0);
  }

  /** Returns a row; undefined if it is not in memory. */
  at(index: number): Row | undefined {
    const place = this.#placeOf(index);
    return this.#chunks[place]?.rows?.[index - (this.#starts[place] as number)];
  }

  /** Returns where an event stands; undefined if it is not in memory. */
  find(eventId: string): number | undefined {
    for (const [place, chunk] of this.#chunks.entries()) {
      const at = chunk.rows?.findIndex((row) => row.key === eventId) ?? -1;
      if (at >= 0) return (this.#starts[place] as number) + at;
    }
    return undefined;
  }

  /** Takes care that the rows of this range are read, and gives up those that are far from it. */
  show(first: number, last: number): void {
    if (this.#closing.signal.aborted) return;
    const from = this.#placeOf(first);
    const to = this.#placeOf(last);
    for (let place = from; place <= Math.min(to, this.#chunks.length - 1); place++) {
      const chunk = this.#chunks[place] as Chunk;
      if (chunk.rows === undefined) chunk.reading ??= this.#readAgain(chunk);
    }
    for (const [place, chunk] of this.#chunks.entries()) {
      if (place < from - KEPT_ON_EACH_SIDE || place > to + KEPT_ON_EACH_SIDE) chunk.rows = undefined;
    }
    if (last >= this.length - 1 && this.#error === undefined) void this.more();
  }

  /** Reads the next page, also after an error. */
  async more(): Promise<void> {
    if (this.#isReading || this.#next === undefined) return;
    this.#isReading = true;
    this.#error = undefined;
    const cursor = this.#next;
    this.#changed();
    try {
      const page = await this.#read(cursor, this.#closing.signal);
      this.#append(cursor, page);
      if (this.#early.length > 0) this.add(this.#early.splice(0));
    } catch (error) {
      this.#error = error;
    }
    this.#isReading = false;
    if (!this.#closing.signal.aborted) this.#changed();
  }

  /** Puts new events into the first page, the newest first. Returns false if the list must be read anew instead. */
  add(events: readonly AnnalsEvent[]): boolean {
    const first = this.#chunks[0];
    if (first?.rows === undefined) {
      // The page that is being read may be older than they are.
      if (this.#chunks.length === 0 && this.#isReading) return this.#early.push(...events) > 0;
      return false;
    }
    const fresh = this.missing(events);
    if (fresh.length === 0) return true;
    const old = first.rows.flatMap((row) => (row.kind === 'event' ? [row.event] : []));
    if (old.length + fresh.length > MAX_NEW) return false;
    const all = [...fresh, ...old].sort((a, b) => (a.event_time < b.event_time ? 1 : a.event_time > b.event_time ? -1 : 0));
    first.rows = rowsOf(all, undefined, this.#dayKey);
    first.count = first.rows.length;
    this.#measure(0);
    this.#changed();
    return true;
  }

  /** Returns those of the newest events that are not in the first page, each once; none if that is not in memory, and is read again. */
  missing(newest: readonly AnnalsEvent[]): AnnalsEvent[] {
    const first = this.#chunks[0]?.rows;
    if (first === undefined) return [];
    const known = new Set(first.map((row) => row.key));
    return newest.filter(({ event_id }) => !known.has(event_id) && known.add(event_id));
  }

  /** Ends all reading. */
  close(): void {
    this.#closing.abort();
  }

  #append(cursor: string, page: ReadPage): void {
    const dayBefore = this.#chunks[this.#chunks.length - 1]?.lastDay;
    const rows = rowsOf(page.events, dayBefore, this.#dayKey);
    const last = page.events[page.events.length - 1];
    const lastDay = last === undefined ? dayBefore : this.#dayKey(new Date(last.event_time));
    this.#chunks.push({ cursor, rows, count: rows.length, dayBefore, lastDay, reading: undefined });
    this.#next = page.next;
    this.#measure(this.#chunks.length - 1);
  }

  async #readAgain(chunk: Chunk): Promise<void> {
    try {
      const page = await this.#read(chunk.cursor, this.#closing.signal);
      chunk.rows = rowsOf(page.events, chunk.dayBefore, this.#dayKey);
      chunk.count = chunk.rows.length;
      this.#measure(this.#chunks.indexOf(chunk));
    } catch (error) {
      this.#error = error;
    }
    chunk.reading = undefined;
    if (!this.#closing.signal.aborted) this.#changed();
  }

  #measure(from: number): void {
    for (let place = from; place < this.#chunks.length; place++) {
      this.#starts[place + 1] = (this.#starts[place] as number) + (this.#chunks[place] as Chunk).count;
    }
  }

  /** Returns the chunk in which a row lies, by halving. */
  #placeOf(index: number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle + 1] as number) <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
