interface Source {
  randomUUID?(): string;
  getRandomValues(array: Uint8Array): Uint8Array;
}

/** Makes a random UUID (version 4), also in Node 18 and in pages without https, where `crypto.randomUUID` is missing. */
export async function newUuid(): Promise<string> {
  const source = await randomSource();
  if (source.randomUUID !== undefined) return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function randomSource(): Promise<Source> {
  const ours = (globalThis as { crypto?: Source }).crypto;
  if (ours !== undefined) return ours;
  // A name that bundlers for browsers do not follow: there, the branch above is taken.
  const name = 'node:crypto';
  return ((await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { webcrypto: Source }).webcrypto;
}
