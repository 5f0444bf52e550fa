import type { AnnalsEvent, JsonValue } from 'annals-client';
import { changesOf } from '../../timeline/event/changes.js';

/** A value that a field of a record had. */
export interface FieldValue {
  value: JsonValue | undefined;
  since: Date;
  eventId: string;
}

/** A field, as far as the events tell of it. */
export interface RecordField {
  name: string;
  /** The newest first. */
  values: FieldValue[];
}

/** Returns the fields that the events tell of, those that changed last first. It is derived: no event need tell everything. */
export function fieldsOf(newestFirst: readonly AnnalsEvent[]): RecordField[] {
  const fields = new Map<string, RecordField>();
  for (const event of newestFirst) {
    for (const change of changesOf(event.event_data)) {
      const field = fields.get(change.field) ?? { name: change.field, values: [] };
      field.values.push({ value: change.after, since: new Date(event.event_time), eventId: event.event_id });
      fields.set(change.field, field);
    }
  }
  return [...fields.values()];
}
