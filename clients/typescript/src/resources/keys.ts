import { NotFoundError } from '../errors.js';
import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import { ApiCall, type CallOptions } from '../http/call.js';
import { pathTo } from '../http/paths.js';
import { makeList, nextByCount } from '../paging/lists.js';
import type { List } from '../paging/page.js';
import { Resource } from './resource.js';

export type Key = schemas.Key;
export type Role = Key['role'];
export type NewKey = schemas.NewKey;
/** A key that was made. Its `key` is shown in this answer only. */
export type CreatedKey = schemas.MadeKey;
export type KeyChange = schemas.KeyChange;
export type ListKeys = schemas.ListKeysQuery;

/** The platform keys that were made over the API. */
export class Keys extends Resource {
  /** Makes a key. It is not repeated: after a lost answer there may be a key that nobody holds; delete it. */
  create(key: NewKey, options: CallOptions = {}): ApiCall<CreatedKey> {
    return this.sendJson('POST', PATHS.createKey, key, false, options);
  }

  list(query: ListKeys = {}, options: CallOptions = {}): List<Key> {
    const listing = { path: PATHS.listKeys, query: { ...query }, decode: (key: Key) => key, next: nextByCount };
    return makeList<Key>(this.transport, listing, options);
  }

  get(keyId: string, options: CallOptions = {}): ApiCall<Key> {
    return this.call({ method: 'GET', path: pathTo(PATHS.getKey, { key_id: keyId }), mayRepeat: true }, options);
  }

  update(keyId: string, change: KeyChange, options: CallOptions = {}): ApiCall<Key> {
    return this.sendJson('PATCH', pathTo(PATHS.changeKey, { key_id: keyId }), change, true, options);
  }

  delete(keyId: string, options: CallOptions = {}): ApiCall<void> {
    const path = pathTo(PATHS.deleteKey, { key_id: keyId });
    const deleting = this.transport.send({ method: 'DELETE', path, mayRepeat: true }, options);
    return new ApiCall(deleting.then((answer) => ({ ...answer, data: undefined }), gone));
  }
}

/** After a lost answer the key may be gone already. */
function gone(error: unknown) {
  if (!(error instanceof NotFoundError) || error.tries === 1) throw error;
  return { data: undefined, status: error.status, headers: error.headers, requestId: error.requestId, text: '' };
}
