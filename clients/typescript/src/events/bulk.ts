import { AnnalsError, type Problem } from '../errors.js';
import { PATHS, type StoredEvents } from '../generated/schemas.js';
import type { CallOptions } from '../http/call.js';
import type { Transport } from '../http/transport.js';
import { isObject } from '../json/value.js';
import { writeJson } from '../json/write.js';
import { type Counts, encodeEvent, type NewEvent } from './event.js';

// The service lists the first thousand invalid lines of a request. With no more lines it lists all of them.
const MAX_LINES = 1000;
const MAX_BYTES = 1 << 20;
const MAX_KEPT_ERRORS = 1000;

export interface BulkOptions extends CallOptions {
  /** Events per request, 1 to 1000. Default: 1000, or what has 1 MiB. */
  batchSize?: number;
}

/** What became of one event of many. `index` counts them from 0. */
export type BulkOutcome =
  | { index: number; event_id: string; state: 'stored' }
  | { index: number; event_id: string | undefined; state: 'refused'; detail: Problem[] };

export type BulkError = Extract<BulkOutcome, { state: 'refused' }>;

/** What became of all of them. */
export interface BulkTotals extends Required<Counts> {
  /** Events that are invalid and were not stored. */
  refused: number;
  /** The first thousand of these. Iterate to see the others. */
  errors: BulkError[];
}

/**
 * Says that a request failed in the middle. Events before `firstUnknown` have their outcome; those of the failed request
 * may have been stored. To resume, send from there again with the same `event_id`s.
 */
export class BulkInterruptedError extends AnnalsError {
  constructor(
    readonly totals: BulkTotals,
    readonly firstUnknown: number,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${reason}; the outcome is known of the first ${firstUnknown} events`, { cause });
  }
}

interface Line {
  index: number;
  event_id: string;
  text: string;
}

/** Many events on their way: awaited it is their totals, iterated it is their outcomes. It can be used once. */
export class Bulk implements PromiseLike<BulkTotals>, AsyncIterable<BulkOutcome> {
  readonly #transport: Transport;
  readonly #events: Iterable<NewEvent> | AsyncIterable<NewEvent>;
  readonly #options: BulkOptions;
  readonly #totals: BulkTotals = { accepted: 0, duplicates: 0, conflicts: 0, expired: 0, refused: 0, errors: [] };
  #known = 0;
  #isUsed = false;
  #all: Promise<BulkTotals> | undefined;

  /** @internal */
  constructor(transport: Transport, events: Iterable<NewEvent> | AsyncIterable<NewEvent>, options: BulkOptions) {
    this.#transport = transport;
    this.#events = events;
    this.#options = options;
  }

  /** The totals of what has been sent so far. */
  get totals(): Readonly<BulkTotals> {
    return this.#totals;
  }

  then<A = BulkTotals, B = never>(
    resolved?: ((value: BulkTotals) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#all ??= this.#sendAll();
    return this.#all.then(resolved, rejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BulkOutcome, void, undefined> {
    if (this.#isUsed) throw new TypeError('these events have been sent already');
    this.#isUsed = true;
    for await (const batch of this.#batches()) yield* await this.#send(batch);
  }

  async #sendAll(): Promise<BulkTotals> {
    for await (const _ of this);
    return this.#totals;
  }

  /** Divides the events into requests. What cannot be written as JSON is refused here, in its place. */
  async *#batches(): AsyncGenerator<(Line | BulkError)[], void, undefined> {
    const maxLines = Math.min(this.#options.batchSize ?? MAX_LINES, MAX_LINES);
    let batch: (Line | BulkError)[] = [];
    let bytes = 0;
    let index = 0;
    for await (const event of this.#events) {
      const line = await lineOf(event, index++);
      const size = 'text' in line ? line.text.length : 0;
      if (batch.length >= maxLines || (batch.length > 0 && bytes + size > MAX_BYTES)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(line);
      bytes += size;
    }
    if (batch.length > 0) yield batch;
  }

  /** Sends one request. The ids in it were made before, so it may be repeated as it is. */
  async #send(batch: (Line | BulkError)[]): Promise<BulkOutcome[]> {
    const lines = batch.filter((line): line is Line => 'text' in line);
    let refused = new Map<number, Problem[]>();
    try {
      if (lines.length > 0) refused = await this.#sendLines(lines);
    } catch (error) {
      throw new BulkInterruptedError(this.#totals, this.#known, error);
    }
    this.#known += batch.length;
    const outcomes = batch.map((line): BulkOutcome => {
      if (!('text' in line)) return line;
      const { index, event_id } = line;
      const detail = refused.get(index);
      return detail === undefined
        ? { index, event_id, state: 'stored' }
        : { index, event_id, state: 'refused', detail };
    });
    this.#countRefused(outcomes);
    return outcomes;
  }

  async #sendLines(lines: readonly Line[]): Promise<Map<number, Problem[]>> {
    const call = {
      method: 'POST' as const,
      path: PATHS.createEvents,
      query: { on_error: 'skip' },
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: lines.map((line) => `${line.text}\n`).join(''),
      mayRepeat: true,
    };
    const answer = await this.#transport.send(call, this.#options);
    const counts = answer.data as StoredEvents;
    this.#totals.accepted += counts.accepted;
    this.#totals.duplicates += counts.duplicates;
    this.#totals.conflicts += counts.conflicts ?? 0;
    this.#totals.expired += counts.expired ?? 0;
    return new Map(counts.errors.map(({ index, detail }) => [(lines[index] as Line).index, detail]));
  }

  #countRefused(outcomes: readonly BulkOutcome[]): void {
    for (const outcome of outcomes) {
      if (outcome.state !== 'refused') continue;
      this.#totals.refused++;
      if (this.#totals.errors.length < MAX_KEPT_ERRORS) this.#totals.errors.push(outcome);
    }
  }
}

async function lineOf(event: NewEvent, index: number): Promise<Line | BulkError> {
  const given = isObject(event) && typeof event['event_id'] === 'string' ? event['event_id'] : undefined;
  try {
    if (!isObject(event)) throw new TypeError('an event is an object');
    const encoded = await encodeEvent(event as NewEvent);
    return { index, event_id: encoded.event_id, text: writeJson(encoded) };
  } catch (error) {
    const msg = error instanceof Error ? error.message : String(error);
    return { index, event_id: given, state: 'refused', detail: [{ loc: ['body'], msg, type: 'value_error.client' }] };
  }
}
