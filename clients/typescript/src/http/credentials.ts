import { unlessAborted } from './deadline.js';

/** A secret, and until when it is valid. It is replaced after 80 % of that time. */
export interface Token {
  token: string;
  expires_at?: string | Date;
}

/**
 * A secret, or a function that gets one. The function is called before the first request, after 80 % of the life of a
 * token whose end is known, and once when the service refuses the token (401). Calls at the same time share one call of it.
 */
export type Secret = string | (() => string | Token | Promise<string | Token>);

/** Who the client says that it is. */
export type Identity =
  | { kind: 'key'; secret: Secret }
  | { kind: 'tenant'; secret: Secret }
  | { kind: 'viewer'; secret: Secret }
  | { kind: 'nobody' };

const SHARE_OF_LIFE = 0.8;

/** Holds the secret of a client, and gets another one when it is needed. Nothing of it is visible from outside. */
export class Credentials {
  readonly #identity: Identity;
  #current: { token: string; renewAt: number } | undefined;
  #coming: Promise<string> | undefined;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  get kind(): Identity['kind'] {
    return this.#identity.kind;
  }

  /** Returns the secret to send; undefined if the client is nobody. */
  async get(signal: AbortSignal): Promise<string | undefined> {
    if (this.#identity.kind === 'nobody') return undefined;
    if (typeof this.#identity.secret === 'string') return checkedHeader('the secret', this.#identity.secret);
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) return this.#current.token;
    return unlessAborted(this.#renew(this.#identity.secret), signal);
  }

  /** Forgets a secret that the service has refused. Returns whether another one can be had. */
  refuse(secret: string | undefined): boolean {
    // Another call may have replaced it already.
    return this.#current === undefined || this.#current.token === secret ? this.forget() : this.#isRenewable;
  }

  /** Forgets the secret, so that the next call gets another one. Returns whether there is a way to get one. */
  forget(): boolean {
    this.#current = undefined;
    return this.#isRenewable;
  }

  get #isRenewable(): boolean {
    return this.#identity.kind !== 'nobody' && typeof this.#identity.secret === 'function';
  }

  /** Returns the headers that carry the secret. A viewer token names its client itself, so it goes alone. */
  headers(secret: string | undefined, clientId: string | undefined): Record<string, string> {
    const client: Record<string, string> = clientId === undefined ? {} : { 'X-Client-Id': clientId };
    switch (this.#identity.kind) {
      case 'nobody':
        return client;
      case 'key':
        return { ...client, 'X-API-Key': secret as string };
      case 'tenant':
        return { ...client, 'X-Client-Secret': secret as string };
      case 'viewer':
        return { Authorization: `Bearer ${secret}` };
    }
  }

  #renew(ask: () => string | Token | Promise<string | Token>): Promise<string> {
    this.#coming ??= this.#ask(ask).finally(() => {
      this.#coming = undefined;
    });
    return this.#coming;
  }

  async #ask(ask: () => string | Token | Promise<string | Token>): Promise<string> {
    const asked = Date.now();
    const given = await ask();
    const { token, expires_at }: Token = typeof given === 'string' ? { token: given } : given;
    checkedHeader('what the function that gets the secret returned', token);
    const end = expires_at === undefined ? Infinity : new Date(expires_at).getTime();
    const life = Number.isNaN(end) ? Infinity : end - asked;
    this.#current = { token, renewAt: asked + life * SHARE_OF_LIFE };
    return token;
  }
}

/** Returns the value of a header, or throws without showing it: `fetch` would put it into its own message. */
export function checkedHeader(what: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new TypeError(`${what} is not a text of printable ASCII characters without blanks`);
}
