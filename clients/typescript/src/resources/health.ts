import { APIError } from '../errors.js';
import { PATHS } from '../generated/schemas.js';
import type { CallOptions } from '../http/call.js';
import { isObject } from '../json/value.js';
import { Resource } from './resource.js';

/** Whether the service can serve, and what it says of each thing that it needs. */
export interface Readiness {
  ready: boolean;
  /** Why not. */
  detail?: string;
  [part: string]: unknown;
}

/** Whether the service is there. Both need no credentials. */
export class Health extends Resource {
  /** Returns true if the process answers. Throws ConnectionError if it does not. */
  async live(options: CallOptions = {}): Promise<true> {
    await this.transport.send({ method: 'GET', path: PATHS.healthz, mayRepeat: true }, options);
    return true;
  }

  /** Returns what the service measures, in the text format of Prometheus. It needs an admin key for all tenants. */
  async metrics(options: CallOptions = {}): Promise<string> {
    const call = { method: 'GET' as const, path: PATHS.metrics, headers: { Accept: 'text/plain' }, mayRepeat: true };
    return (await this.transport.send(call, options)).text;
  }

  /** Says whether the service can serve; that it cannot is an answer, and no error. */
  async ready(options: CallOptions = {}): Promise<Readiness> {
    try {
      const answer = await this.transport.send({ method: 'GET', path: PATHS.readyz, mayRepeat: false }, options);
      return { ...(isObject(answer.data) ? answer.data : {}), ready: true };
    } catch (error) {
      if (!(error instanceof APIError) || error.status !== 503 || !isObject(error.body)) throw error;
      return { ...error.body, ready: false };
    }
  }
}
