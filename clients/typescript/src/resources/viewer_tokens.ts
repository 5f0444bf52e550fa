import { encodeFilters } from '../events/event.js';
import type * as schemas from '../generated/schemas.js';
import { PATHS } from '../generated/schemas.js';
import type { ApiCall, CallOptions } from '../http/call.js';
import { Resource } from './resource.js';

export type NewViewerToken = schemas.NewViewerToken;
/** What a token shows. `{}` is the whole history. */
export type ViewerFilter = schemas.ViewerFilter;
export type ViewerToken = schemas.ViewerToken;

/** Tokens with which a browser reads a part of one tenant's history. A backend makes them. */
export class ViewerTokens extends Resource {
  create(token: NewViewerToken, options: CallOptions = {}): ApiCall<ViewerToken> {
    const body = { ...token, filter: encodeFilters(token.filter) };
    return this.sendJson('POST', PATHS.createViewerToken, body, true, options);
  }
}
