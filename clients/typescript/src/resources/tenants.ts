import { APIError } from '../errors.js';
import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import { ApiCall, type CallOptions } from '../http/call.js';
import { pathTo } from '../http/paths.js';
import { makeList, nextByCount } from '../paging/lists.js';
import type { List } from '../paging/page.js';
import { Resource } from './resource.js';

/** A tenant; `get()` also gives what of its quotas is used, and what its retention has done. */
export type Tenant = schemas.TenantInFull;
export type NewTenant = Pick<schemas.NewTenant, 'database_name' | 'client_label'>;
/** A tenant that was made. Its `client_secret` is shown in this answer only. */
export type CreatedTenant = schemas.MadeTenant;
export type TenantChange = schemas.TenantChange;
export type ListTenants = schemas.ListTenantsQuery;
/** A new secret. It is shown in this answer only. */
export type RotatedSecret = schemas.RotatedSecret;

/** The tenants of the service. */
export class Tenants extends Resource {
  /** Makes a tenant. It is not repeated: after a lost answer, look whether `list({ database_name })` has it. */
  create(tenant: NewTenant, options: CallOptions = {}): ApiCall<CreatedTenant> {
    return this.sendJson('POST', PATHS.initializeTenant, tenant, false, options);
  }

  list(query: ListTenants = {}, options: CallOptions = {}): List<Tenant> {
    const listing = {
      path: PATHS.listTenants,
      query: { ...query },
      decode: (tenant: Tenant) => tenant,
      next: nextByCount,
    };
    return makeList<Tenant>(this.transport, listing, options);
  }

  get(clientId: string, options: CallOptions = {}): ApiCall<Tenant> {
    return this.call(
      { method: 'GET', path: pathTo(PATHS.getTenant, { client_id: clientId }), mayRepeat: true },
      options,
    );
  }

  update(clientId: string, change: TenantChange, options: CallOptions = {}): ApiCall<Tenant> {
    return this.sendJson('PATCH', pathTo(PATHS.changeTenant, { client_id: clientId }), change, true, options);
  }

  /** Deletes a tenant with everything that belongs to it. */
  delete(clientId: string, options: CallOptions = {}): ApiCall<void> {
    const call = { method: 'DELETE' as const, path: PATHS.deleteTenant, mayRepeat: true };
    const deleting = this.transport.send(call, { ...options, clientId });
    return new ApiCall(deleting.then((answer) => ({ ...answer, data: undefined }), gone));
  }

  /** Makes another secret for the tenant. It is not repeated: after a lost answer, rotate once more. */
  rotateSecret(clientId: string, rotation: schemas.Rotation, options: CallOptions = {}): ApiCall<RotatedSecret> {
    const path = pathTo(PATHS.rotateTenantSecret, { client_id: clientId });
    return this.sendJson('POST', path, rotation, false, options);
  }
}

/** After a lost answer the tenant may be gone already: the service does not know it any more. */
function gone(error: unknown) {
  const isGone = error instanceof APIError && error.tries > 1 && error.detail === 'Failed to connect to tenant db.';
  if (!isGone) throw error;
  return { data: undefined, status: error.status, headers: error.headers, requestId: error.requestId, text: '' };
}
