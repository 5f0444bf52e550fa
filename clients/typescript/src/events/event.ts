import type * as schemas from '../generated/schemas.js';
import { checkedId, ID_MEMBERS, idInQuery, type IdInput, restoreIds } from '../ids.js';
import { isObject } from '../json/value.js';
import { newUuid } from '../uuid.js';

/** An event as the history gives it. Keys of the sender's own are there as they were sent. */
export type AnnalsEvent = schemas.Event;

/**
 * An event as it is sent. The client makes an `event_id` if it is absent, before the first try, so that repetitions are
 * stored once. Further keys are stored, and given back as they were.
 */
export type NewEvent = schemas.NewEvent;

/** Which events: an event must satisfy all of these, and of a list one value. */
export type EventFilters = Omit<schemas.TailEventsQuery, 'cursor' | 'names'>;

/** What became of the events of one request: how many were stored, and how many were there already. */
export type Counts = Pick<schemas.StoredEvents, 'accepted' | 'duplicates' | 'conflicts' | 'expired'>;

/** Returns the event as it is sent, with an `event_id`. Throws UnsafeNumberError. */
export async function encodeEvent(event: NewEvent): Promise<NewEvent & { event_id: string }> {
  const encoded = { ...event, event_id: event.event_id ?? (await newUuid()) };
  for (const member of ID_MEMBERS) {
    const id = encoded[member] as IdInput | undefined;
    if (id !== undefined) encoded[member] = checkedId(id, member);
  }
  return encoded;
}

/** Makes of an object of the service's answer an event, in place. */
export function decodeEvent(value: unknown): AnnalsEvent {
  if (!isObject(value)) throw new TypeError('the service sent an event that is no object');
  restoreIds(value);
  return value as AnnalsEvent;
}

/** Returns the filters with their ids as a query has them; other members stay as they are. Throws UnsafeNumberError. */
export function encodeFilters<F extends Pick<EventFilters, (typeof ID_MEMBERS)[number]>>(filters: F): F {
  const encoded = { ...filters };
  for (const member of ID_MEMBERS) {
    const given = filters[member];
    if (given === undefined) continue;
    encoded[member] = Array.isArray(given)
      ? given.map((id: IdInput) => idInQuery(id, member))
      : idInQuery(given as IdInput, member);
  }
  return encoded;
}
