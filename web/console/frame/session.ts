import { Annals, APIError } from 'annals-client';

/** How the reader has signed in. It stays in the tab's sessionStorage, and is never part of a URL. */
export type SignedIn = { kind: 'key'; key: string } | { kind: 'tenant'; clientId: string; secret: string };

/** Says what the reader may do, as far as pages differ by it. */
export interface Session {
  client: Annals;
  /** Whether tenants can be listed. A tenant's own secret shows its history alone. */
  seesTenants: boolean;
  /** Whether keys, the audit trail and names for all can be seen and changed. */
  isAdmin: boolean;
  /** The only tenant, if there is no list of them. */
  ownClient: string | undefined;
}

const STORED = 'annals.session';

/** The address of the service: that of the console without its last part, whatever a proxy has put in front. */
export function serviceUrl(): string {
  return new URL('.', location.href.split('#')[0]).href.replace(/\/$/, '');
}

export function storedSession(): SignedIn | undefined {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(STORED) ?? 'null');
    return (stored as SignedIn | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function storeSession(session: SignedIn | undefined): void {
  try {
    if (session === undefined) sessionStorage.removeItem(STORED);
    else sessionStorage.setItem(STORED, JSON.stringify(session));
  } catch {
    // Where nothing can be stored, the reader signs in again after a reload.
  }
}

/** Finds out what a key or secret opens. Throws what the client throws; 401 and 400 say that it opens nothing. */
export async function openSession(given: SignedIn, signal?: AbortSignal): Promise<Session> {
  const baseUrl = serviceUrl();
  const options = signal === undefined ? {} : { signal };
  if (given.kind === 'tenant') {
    const { clientId, secret } = given;
    const client = new Annals({ baseUrl, clientId, clientSecret: secret, dangerouslyAllowBrowser: true });
    await client.events.list({ limit: 1 }, options);
    return { client, seesTenants: false, isAdmin: false, ownClient: clientId };
  }
  const client = new Annals({ baseUrl, apiKey: given.key, dangerouslyAllowBrowser: true });
  await client.tenants.list({ limit: 1 }, options);
  return { client, seesTenants: true, isAdmin: await isAllowed(client.keys.list({ limit: 1 }, options)), ownClient: undefined };
}

async function isAllowed(asking: PromiseLike<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch (error) {
    if (error instanceof APIError && error.status === 403) return false;
    throw error;
  }
}
