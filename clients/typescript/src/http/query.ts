/** A value of a parameter. A list repeats the parameter; what is undefined is left out. */
export type QueryValue = string | number | bigint | boolean | Date | null | undefined;
export type Query = Record<string, QueryValue | readonly QueryValue[]>;

/** Writes the query of a URL, its question mark included; an empty text if there is none. */
export function writeQuery(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, given] of Object.entries(query)) {
    const values: readonly QueryValue[] = Array.isArray(given) ? given : [given as QueryValue];
    for (const value of values) {
      if (value === undefined) continue;
      parameters.append(name, value instanceof Date ? value.toISOString() : String(value));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
