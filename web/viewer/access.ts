import type { Token } from 'annals-client';

/** Gets a viewer token from the page's own backend. */
export type GetToken = () => string | Token | Promise<string | Token>;

const TIMEOUT_MS = 30_000;

/** The page has no token to give, or could not get one. */
export class AccessError extends Error {
  constructor(
    readonly code: 'no_token' | 'token_failed',
    options?: ErrorOptions,
  ) {
    super(code === 'no_token' ? 'the property getToken is not set' : 'getToken did not return a viewer token', options);
    this.name = 'AccessError';
  }
}

/** Asks the page for a token. Throws AccessError, also if the page does not answer in time. */
export async function askForToken(getToken: GetToken | undefined): Promise<string | Token> {
  if (typeof getToken !== 'function') throw new AccessError('no_token');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    const given = await Promise.race([getToken(), late]);
    const token: unknown = typeof given === 'string' ? given : given?.token;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new TypeError('expected a token');
    return given;
  } catch (cause) {
    throw new AccessError('token_failed', { cause });
  } finally {
    clearTimeout(timer);
  }
}
