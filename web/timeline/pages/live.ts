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

/** What a tail is begun with. */
export interface LiveStart {
  /** How many events an earlier tail had counted. */
  waiting: number;
  /** Reads the events that came before the tail was there and are not in the list. Without it there are none. */
  readBefore?: (() => Promise<AnnalsEvent[]>) | undefined;
}

// More than this in a second cannot be read. They are counted instead.
const READABLE_PER_SECOND = 50;
const BATCH_MS = 250;

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
  #readBefore: LiveStart['readBefore'];
  #isCatchingUp = false;
  /** What came while the events before were read: the tail may have some of them too. */
  readonly #met = new Set<string>();

  /** `take` shows events and returns true, or returns false if the reader is elsewhere; they are counted then. */
  constructor(tail: Tail, take: (events: AnnalsEvent[]) => boolean, changed: (state: LiveState) => void, start: LiveStart) {
    this.#state.waiting = start.waiting;
    this.#readBefore = start.readBefore;
    this.#tail = tail;
    this.#take = take;
    this.#changed = changed;
    void this.#follow();
  }

  /** Forgets the events that wait, because the reader sees them now. */
  forget(): void {
    this.#set({ waiting: 0, perSecond: undefined });
  }

  /** Where another tail resumes so that no event is lost, and how many events the reader has not seen until there. */
  get rest(): { cursor: string | undefined; waiting: number } {
    return { cursor: this.#tail.cursor, waiting: this.#state.waiting + this.#batch.length };
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
    const readBefore = this.#readBefore;
    this.#readBefore = undefined;
    if (readBefore !== undefined) void this.#catchUp(readBefore);
  }

  async #catchUp(readBefore: () => Promise<AnnalsEvent[]>): Promise<void> {
    this.#isCatchingUp = true;
    // The list says itself when it cannot be read.
    const events = await readBefore().catch(() => []);
    for (const event of events) this.#arrive(event);
    this.#isCatchingUp = false;
  }

  #arrive(event: AnnalsEvent): void {
    if (this.#met.has(event.event_id)) return;
    if (this.#isCatchingUp) this.#met.add(event.event_id);
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (++this.#inSecond <= READABLE_PER_SECOND) this.#batch.push(event);
    else this.#state = { ...this.#state, waiting: this.#state.waiting + 1, perSecond: this.#inSecond };
    this.#timer ??= setTimeout(() => this.#hand(), BATCH_MS);
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
