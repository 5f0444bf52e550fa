import type { AnnalsEvent, NewEvent, Tail, TailItem } from '../../src/index.js';
import { inTime } from './expect.js';

export function event(changes: Partial<NewEvent> = {}): NewEvent & { event_id: string } {
  return {
    event_id: uuid(),
    event_time: '2022-11-10T10:26:12.111Z',
    event_type_id: 1,
    record_id: 7,
    source_id: 3,
    source_type_id: 2,
    event_data: ['string'],
    ...changes,
  } as NewEvent & { event_id: string };
}

export function uuid(): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
}

/** Reads a tail item by item, each with a deadline. */
export class Reader {
  readonly #items: AsyncIterator<TailItem>;

  constructor(readonly tail: Tail) {
    this.#items = tail[Symbol.asyncIterator]();
  }

  async next(): Promise<TailItem | undefined> {
    const { done, value } = await inTime(this.#items.next(), 'another item of the tail');
    return done === true ? undefined : value;
  }

  /** Skips items until one of this type comes. */
  async until<T extends TailItem['type']>(type: T): Promise<Extract<TailItem, { type: T }>> {
    for (;;) {
      const item = await this.next();
      if (item === undefined) throw new Error(`expected an item of type ${type}, got the end`);
      if (item.type === type) return item as Extract<TailItem, { type: T }>;
    }
  }

  async events(count: number): Promise<AnnalsEvent[]> {
    const events: AnnalsEvent[] = [];
    while (events.length < count) events.push((await this.until('event')).event);
    return events;
  }

  async close(): Promise<void> {
    this.tail.close();
    await this.#items.return?.();
  }
}
