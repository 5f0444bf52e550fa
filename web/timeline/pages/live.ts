import type { AnnalsEvent, Tail } from 'annals-client';

/** Says what the live view tells the reader. */
export interface LiveState {
  state: 'connecting' | 'live' | 'away' | 'ended';
  /** Events that came and are not shown yet. */
  waiting: number;
  /** Events in the last second, if they are too many to be shown one by one. */
  perSecond: number | undefined;
  error: unknown;
}

/** Where a live view goes on that was left. */
export interface LiveRest {
  /** Where a tail resumes so that no event is lost; undefined if it was never connected. */
  cursor: string | undefined;
  /** How many events the reader has not seen until there. */
  waiting: number;
  /** Events of before that the tail may give too; undefined if what came before the tail was there has been read. */
  met: Set<string> | undefined;
}

/** Reads the events that came before the tail was there and are not in the list. */
export type ReadBefore = () => Promise<AnnalsEvent[]>;

// More than this in a second cannot be read. They are counted instead.
const READABLE_PER_SECOND = 50;
const BATCH_MS = 250;
// As many as are read of what came before, and some more.
const MOST_MET = 100;

/** Follows a tail, and hands over what came in small batches, so that a burst costs a few drawings and not thousands. */
export class Live {
  readonly #tail: Tail;
  readonly #take: (events: AnnalsEvent[]) => boolean;
  readonly #changed: (state: LiveState) => void;
  #state: LiveState = { state: 'connecting', waiting: 0, perSecond: undefined, error: undefined };
  #batch: AnnalsEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #second = 0;
  #inSecond = 0;
  readonly #readBefore: ReadBefore;
  #isCatchingUp = false;
  /** Whether what came before the tail was there is still to be read. */
  #isBehind: boolean;
  /** What came since: what came before may have some of it too. */
  readonly #met: Set<string>;

  /** `take` shows events and returns true, or returns false if the reader is elsewhere; they are counted then. */
  constructor(
    tail: Tail,
    take: (events: AnnalsEvent[]) => boolean,
    changed: (state: LiveState) => void,
    readBefore: ReadBefore,
    rest: LiveRest | undefined,
  ) {
    this.#state.waiting = rest?.waiting ?? 0;
    this.#readBefore = readBefore;
    this.#isBehind = rest?.cursor === undefined || rest.met !== undefined;
    this.#met = rest?.met ?? new Set();
    this.#tail = tail;
    this.#take = take;
    this.#changed = changed;
    void this.#follow();
  }

  /** Forgets the events that wait, because the reader sees them now. */
  forget(): void {
    this.#set({ waiting: 0, perSecond: undefined });
  }

  /** Where another live view goes on. */
  get rest(): LiveRest {
    const waiting = this.#state.waiting + this.#batch.length;
    return { cursor: this.#tail.cursor, waiting, met: this.#isBehind ? this.#met : undefined };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#tail.close();
  }

  async #follow(): Promise<void> {
    try {
      for await (const item of this.#tail) {
        if (item.type === 'event') this.#arrive(item.event);
        else if (item.type === 'live') this.#begin();
        else if (item.type === 'reconnect') this.#set({ state: 'away', error: item.error });
        else this.#set({ waiting: this.#state.waiting + 1 });
      }
    } catch (error) {
      this.#set({ state: 'ended', error });
    }
  }

  #begin(): void {
    this.#set({ state: 'live', error: undefined });
    if (this.#isBehind && !this.#isCatchingUp) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    this.#isCatchingUp = true;
    try {
      for (const event of await this.#readBefore()) this.#arrive(event);
      this.#isBehind = false;
    } catch {
      // It is tried again with the next connection.
    }
    this.#isCatchingUp = false;
  }

  #arrive(event: AnnalsEvent): void {
    if (this.#met.has(event.event_id)) return;
    if (this.#isBehind) this.#meet(event.event_id);
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (++this.#inSecond <= READABLE_PER_SECOND) this.#batch.push(event);
    else this.#state = { ...this.#state, waiting: this.#state.waiting + 1, perSecond: this.#inSecond };
    this.#timer ??= setTimeout(() => this.#hand(), BATCH_MS);
  }

  #meet(eventId: string): void {
    this.#met.add(eventId);
    const [oldest] = this.#met;
    if (this.#met.size > MOST_MET && oldest !== undefined) this.#met.delete(oldest);
  }

  #hand(): void {
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = [];
    const shown = batch.length === 0 || this.#take(batch);
    this.#set(shown ? {} : { waiting: this.#state.waiting + batch.length });
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed(this.#state);
  }
}
