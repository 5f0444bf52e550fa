import { PATHS, type StoredEvents } from '../generated/schemas.js';
import { ApiCall, type CallOptions } from '../http/call.js';
import { writeJson } from '../json/write.js';
import { Bulk, type BulkOptions } from './bulk.js';
import { type Counts, encodeEvent, type NewEvent } from './event.js';
import { History } from './reading.js';

/** What became of one event. Either `accepted` or `duplicates` is 1. */
export interface Created extends Counts {
  event_id: string;
}

/** The events of one tenant. */
export class Events extends History {
  /**
   * Sends one event. It is repeated after a lost answer, and stored once all the same. Throws
   * UnprocessableEntityError if it is invalid.
   */
  create(event: NewEvent, options: CallOptions = {}): ApiCall<Created> {
    return new ApiCall(this.#create(event, options));
  }

  /**
   * Sends any number of events, in requests of a bounded size, one after the other. Iterated it gives the outcome of
   * each event; awaited it gives the totals. An invalid event does not keep the others from being stored.
   */
  createMany(events: Iterable<NewEvent> | AsyncIterable<NewEvent>, options: BulkOptions = {}): Bulk {
    return new Bulk(this.transport, events, options);
  }

  async #create(event: NewEvent, options: CallOptions) {
    const encoded = await encodeEvent(event);
    const body = writeJson(encoded);
    const headers = { 'Content-Type': 'application/json' };
    const call = { method: 'POST' as const, path: PATHS.createEvents, headers, body, mayRepeat: true };
    const answer = await this.transport.send(call, options);
    const { accepted, duplicates, conflicts, expired } = answer.data as StoredEvents;
    const data: Created = {
      event_id: encoded.event_id,
      accepted,
      duplicates,
      ...(conflicts === undefined ? {} : { conflicts }),
      ...(expired === undefined ? {} : { expired }),
    };
    return { ...answer, data };
  }
}
