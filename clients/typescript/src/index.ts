export { Annals, type AnnalsOptions } from './client.js';
export {
  AnnalsError,
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  type Problem,
  RateLimitError,
  TimeoutError,
  UnprocessableEntityError,
} from './errors.js';
export { type Id, type IdInput, idInQuery, parseId, UnsafeNumberError } from './ids.js';
export { readJson } from './json/read.js';
export type { JsonValue } from './json/value.js';
export { writeJson } from './json/write.js';
export type { AnnalsEvent, Counts, EventFilters, NewEvent } from './events/event.js';
export {
  type Bulk,
  type BulkError,
  BulkInterruptedError,
  type BulkOptions,
  type BulkOutcome,
  type BulkTotals,
} from './events/bulk.js';
export type { Created, Events } from './events/events.js';
export type {
  CountBy,
  Download,
  EventCounts,
  ExportEvents,
  Group,
  Groups,
  History,
  ListEvents,
} from './events/reading.js';
export type { Tail, TailItem, TailOptions } from './events/tail.js';
export type { Answered, ApiCall, CallOptions } from './http/call.js';
export type { Secret, Token } from './http/credentials.js';
export type { FileBody } from './http/presigned.js';
export type { List, Page } from './paging/page.js';
export type { Audit } from './resources/audit.js';
export type { FileDownload, Files, FileUrl, UploadOptions, UploadUrl } from './resources/files.js';
export type { Health, Readiness } from './resources/health.js';
export type { CreatedKey, Key, KeyChange, Keys, ListKeys, NewKey, Role } from './resources/keys.js';
export type { NameDictionary, Names, NamesPatch } from './resources/names.js';
export type {
  CreatedTenant,
  ListTenants,
  NewTenant,
  RotatedSecret,
  Tenant,
  TenantChange,
  Tenants,
} from './resources/tenants.js';
export type { NewViewerToken, ViewerFilter, ViewerToken, ViewerTokens } from './resources/viewer_tokens.js';
/** All types of the service's answers and requests, under the names of its OpenAPI document. */
export type * as schemas from './generated/schemas.js';
export { VERSION } from './version.js';
