// The service takes values that are nested 512 deep; more than this is most likely a cycle.
const MAX_DEPTH = 1000;

/**
 * Writes JSON as `JSON.stringify` does, with two differences: a `bigint` becomes an integer, and NaN and Infinity,
 * which `JSON.stringify` turns into null, are refused. Throws TypeError for what JSON cannot hold.
 */
export function writeJson(value: unknown): string {
  const text = write(value, '', 0);
  if (text === undefined) throw new TypeError(`${typeof value} is no value of JSON`);
  return text;
}

/** Returns undefined for what objects leave out. */
function write(given: unknown, key: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) throw new TypeError(`the value is nested more than ${MAX_DEPTH} deep`);
  const value = hasToJson(given) ? given.toJSON(key) : given;
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} is no value of JSON`);
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      return JSON.stringify(value) as string | undefined;
  }
}

function writeArray(array: readonly unknown[], depth: number): string {
  const items: string[] = [];
  // Not map(), which would skip the holes of an array.
  for (let i = 0; i < array.length; i++) items.push(write(array[i], String(i), depth + 1) ?? 'null');
  return `[${items.join(',')}]`;
}

function writeObject(object: object, depth: number): string {
  const members: string[] = [];
  for (const [key, value] of Object.entries(object)) {
    const text = write(value, key, depth + 1);
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === 'object' && value !== null && typeof (value as { toJSON?: unknown }).toJSON === 'function';
}
