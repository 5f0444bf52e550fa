import { AnnalsError } from './errors.js';

/**
 * An id as the service gives it: an integer is always a `bigint`, however small, and a text is a `string`. So the type
 * says which of the two it is, nothing is rounded, and an id that is sent back names the same record.
 */
export type Id = bigint | string;

/**
 * An id as it is sent. A `number` must be a safe integer: beyond 2^53 it may already have been rounded to another id, so
 * it is refused. A `string` is a text and never made into an integer: use `BigInt('7')` for the digits of one.
 */
export type IdInput = number | Id;

/** The members of an event that hold ids. */
export const ID_MEMBERS = ['event_type_id', 'record_id', 'source_type_id', 'source_id'] as const;

/** Says that a `number` was given as an id that cannot hold it exactly. Nothing was sent. */
export class UnsafeNumberError extends AnnalsError {
  constructor(
    readonly member: string,
    value: number,
  ) {
    super(
      `${member}: ${value} is not an integer that a number holds exactly (at most 2^53 - 1); ` +
        `give a bigint, made of the digits and not of a number`,
    );
  }
}

/** Returns the id as it goes into JSON. Throws UnsafeNumberError. */
export function checkedId(value: IdInput, member: string): Id {
  if (typeof value !== 'number') return value;
  if (!Number.isSafeInteger(value)) throw new UnsafeNumberError(member, value);
  return BigInt(value);
}

/**
 * Returns the id as it goes into a query, where types are lost: a text that would be read as an integer there, or that
 * begins with a quotation mark, stands in quotation marks. Throws UnsafeNumberError.
 */
export function idInQuery(value: IdInput, member: string): Id {
  const id = checkedId(value, member);
  if (typeof id !== 'string' || !/^(-?[0-9]+$|")/.test(id)) return id;
  return `"${id.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Reads an id in the notation of queries, in which `idInQuery` writes it: digits are an integer, a text that begins with a
 * quotation mark is a string in JSON, and everything else is itself. Returns undefined if it is none of these.
 */
export function parseId(text: string): Id | undefined {
  if (/^[0-9]+$/.test(text)) return BigInt(text);
  if (!text.startsWith('"')) return text === '' ? undefined : text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Makes the integers among an object's ids `bigint`s, in place. The reader of JSON has kept them exact. */
export function restoreIds(object: Record<string, unknown>): void {
  for (const member of ID_MEMBERS) {
    const value = object[member];
    if (typeof value === 'number') object[member] = BigInt(value);
  }
}
