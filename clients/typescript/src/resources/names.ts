import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import type { ApiCall, CallOptions } from '../http/call.js';
import { pathTo } from '../http/paths.js';
import { Resource } from './resource.js';

/** What ids are called: by the id as `Id` has it, sources by their type. */
export type NameDictionary = schemas.Names;
/** Names to set, and null for those to remove. */
export type NamesPatch = schemas.NamesPatch;

/** What people call the ids of types and sources. `clientId` means a tenant's own names; without it they are for all. */
export class Names extends Resource {
  get(clientId?: string, options: CallOptions = {}): ApiCall<NameDictionary> {
    const path = clientId === undefined ? PATHS.getNames : pathTo(PATHS.getTenantNames, { client_id: clientId });
    return this.call({ method: 'GET', path, mayRepeat: true }, options);
  }

  /** Sets the names that are given and leaves the others; returns all. */
  update(patch: NamesPatch, clientId?: string, options: CallOptions = {}): ApiCall<NameDictionary> {
    const path = clientId === undefined ? PATHS.changeNames : pathTo(PATHS.changeTenantNames, { client_id: clientId });
    return this.sendJson('PATCH', path, patch, true, options);
  }
}
