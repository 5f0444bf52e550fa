import { AnnalsError } from './errors.js';
import { Events } from './events/events.js';
import { checkedHeader, Credentials, type Identity, type Secret } from './http/credentials.js';
import { DEFAULT_MAX_RETRIES } from './http/retries.js';
import { IS_BROWSER, type Settings, Transport } from './http/transport.js';
import { Audit } from './resources/audit.js';
import { Files } from './resources/files.js';
import { Health } from './resources/health.js';
import { Keys } from './resources/keys.js';
import { Names } from './resources/names.js';
import { Tenants } from './resources/tenants.js';
import { ViewerTokens } from './resources/viewer_tokens.js';

const DEFAULT_TIMEOUT_MS = 30_000;

export interface AnnalsOptions {
  /** Where the service is, with the path of a proxy in front of it: `https://annals.example.com`. */
  baseUrl: string;
  /** A platform key. Give one of `apiKey`, `clientSecret` and `viewerToken`. */
  apiKey?: Secret;
  /** The tenant's own secret; `clientId` says which tenant. */
  clientSecret?: Secret;
  /** A token for browsers, best as a function that gets one from your backend. It names its tenant itself. */
  viewerToken?: Secret;
  /** The tenant whose events and files are meant. */
  clientId?: string;
  /** Milliseconds for each call, its repetitions included; 0 for no limit. Default: 30000. */
  timeout?: number;
  /** How often calls that may be repeated are repeated. Default: 2. */
  maxRetries?: number;
  /** Another `fetch`. */
  fetch?: typeof fetch;
  /** In a page everybody can read a key or secret. Say so if that is what you want, in a test or a page of operators. */
  dangerouslyAllowBrowser?: boolean;
}

/** A client of one service. Safe for any number of calls at the same time; there is nothing to close. */
export class Annals {
  readonly baseUrl: string;
  readonly clientId: string | undefined;
  readonly events: Events;
  readonly tenants: Tenants;
  readonly keys: Keys;
  readonly names: Names;
  readonly viewerTokens: ViewerTokens;
  readonly files: Files;
  /** What was done to the service. It needs an admin key for all tenants. */
  readonly audit: Audit;
  readonly health: Health;
  readonly #transport: Transport;

  constructor(options: AnnalsOptions);
  /** @internal */
  constructor(options: Transport);
  constructor(options: AnnalsOptions | Transport) {
    const transport = options instanceof Transport ? options : transportOf(options);
    this.#transport = transport;
    this.baseUrl = transport.settings.baseUrl;
    this.clientId = transport.settings.clientId;
    this.events = new Events(transport);
    this.tenants = new Tenants(transport);
    this.keys = new Keys(transport);
    this.names = new Names(transport);
    this.viewerTokens = new ViewerTokens(transport);
    this.files = new Files(transport);
    this.audit = new Audit(transport);
    this.health = new Health(transport);
  }

  /** Returns a client of the same service, with the same credentials, for another tenant. */
  forClient(clientId: string): Annals {
    const settings = { ...this.#transport.settings, clientId: checkedHeader('clientId', clientId) };
    return new Annals(new Transport(settings, this.#transport.credentials));
  }

  /** It shows no secret, and neither do `JSON.stringify` and Node's `inspect`. */
  toString(): string {
    return `Annals(${this.baseUrl}${this.clientId === undefined ? '' : `, ${this.clientId}`})`;
  }

  toJSON(): object {
    return { baseUrl: this.baseUrl, clientId: this.clientId, credentials: '***' };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function transportOf(options: AnnalsOptions): Transport {
  const url = new URL(options.baseUrl);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError('baseUrl: expected http:// or https://');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('baseUrl: expected an address without user, query and fragment');
  }
  const settings: Settings = {
    baseUrl: (url.origin + url.pathname).replace(/\/+$/, ''),
    clientId: options.clientId === undefined ? undefined : checkedHeader('clientId', options.clientId),
    timeout: nonNegative('timeout', options.timeout ?? DEFAULT_TIMEOUT_MS),
    maxRetries: nonNegative('maxRetries', options.maxRetries ?? DEFAULT_MAX_RETRIES),
    // Called as a method of something else, the browser's own would refuse to work.
    fetch: options.fetch ?? ((...given) => globalThis.fetch(...given)),
  };
  return new Transport(settings, new Credentials(identityOf(options)));
}

function identityOf(options: AnnalsOptions): Identity {
  const { apiKey, clientSecret, viewerToken, clientId } = options;
  const given = [apiKey, clientSecret, viewerToken].filter((secret) => secret !== undefined);
  if (given.length > 1) throw new TypeError('give only one of apiKey, clientSecret and viewerToken');
  if (viewerToken !== undefined) return { kind: 'viewer', secret: viewerToken };
  if (given.length > 0 && IS_BROWSER && options.dangerouslyAllowBrowser !== true) {
    throw new AnnalsError(
      'In a browser everybody can read this key. Give the page a viewer token instead, ' +
        'or set dangerouslyAllowBrowser if you know that nobody else opens the page',
    );
  }
  if (apiKey !== undefined) return { kind: 'key', secret: apiKey };
  if (clientSecret === undefined) return { kind: 'nobody' };
  if (clientId === undefined) throw new TypeError('clientSecret needs clientId');
  return { kind: 'tenant', secret: clientSecret };
}

function nonNegative(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new TypeError(`${name}: expected a number from 0, got ${String(value)}`);
}
