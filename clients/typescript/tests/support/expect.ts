/** Fails unless the condition holds. */
export function expect(condition: unknown, expected: string): asserts condition {
  if (!condition) throw new Error(`expected ${expected}`);
}

/** Fails unless both are the same value of JSON, of the same types. */
export function same(actual: unknown, expected: unknown, what = ''): void {
  const [found, wanted] = [shown(actual), shown(expected)];
  if (found !== wanted) throw new Error(`${what} expected ${wanted}, got ${found}`.trim().slice(0, 2000));
}

/** Returns the error of this class that the promise is rejected with. */
export async function rejection<E extends Error>(
  promise: PromiseLike<unknown> | (() => unknown),
  kind: abstract new (...given: never[]) => E,
): Promise<E> {
  let value: unknown;
  try {
    value = await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof kind) return error;
    throw new Error(`expected ${kind.name}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`expected ${kind.name}, got the value ${shown(value)}`);
}

/** Settles as the promise does, and fails after a time that no machine needs. */
export function inTime<T>(promise: Promise<T>, expected: string, seconds = 30): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`expected within ${seconds} s: ${expected}`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Writes a value so that 7, 7n and "7" differ, and members in another order do not. */
function shown(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${shown(member)}`).join(',')}}`;
}
