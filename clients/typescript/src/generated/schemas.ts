// Generated from the OpenAPI document of Annals by scripts/generate.mjs. Do not edit: change the service, then generate.

import type { Id, IdInput } from '../ids.js';
import type { JsonValue } from '../json/value.js';

/** A value of a field in a filter. */
export type FieldValue = string | number | bigint | boolean | null;

/** The path of each operation; a name in braces is a parameter. */
export const PATHS = {
  initializeTenant: '/api/initialize-tenant',
  deleteTenant: '/api/delete-tenant',
  listTenants: '/api/tenants',
  getTenant: '/api/tenants/{client_id}',
  changeTenant: '/api/tenants/{client_id}',
  rotateTenantSecret: '/api/tenants/{client_id}/rotate-secret',
  createEventFromEventBridge: '/api/event-bridge/create-event',
  createEvents: '/api/events',
  listEvents: '/api/history/events',
  countEvents: '/api/history/events/count-by',
  exportEvents: '/api/history/export',
  tailEvents: '/api/history/tail',
  getEvent: '/api/history/events/{event_id}',
  getEventFile: '/api/history/events/{event_id}/file',
  getUploadUrl: '/api/files/upload-url',
  createViewerToken: '/api/viewer-tokens',
  listKeys: '/api/keys',
  createKey: '/api/keys',
  getKey: '/api/keys/{key_id}',
  changeKey: '/api/keys/{key_id}',
  deleteKey: '/api/keys/{key_id}',
  healthz: '/healthz',
  readyz: '/readyz',
  downloadFile: '/files/{database}/{file_id}',
  uploadFile: '/files/{database}/{file_id}',
  metrics: '/metrics',
  listBackups: '/api/backups',
  createBackup: '/api/backups',
  getBackup: '/api/backups/{backup_id}',
  deleteBackup: '/api/backups/{backup_id}',
  verifyBackup: '/api/backups/{backup_id}/verify',
  restoreBackup: '/api/restores',
  listBackupJobs: '/api/backup-jobs',
  getBackupJob: '/api/backup-jobs/{job_id}',
  getNames: '/api/names',
  changeNames: '/api/names',
  getTenantNames: '/api/tenants/{client_id}/names',
  changeTenantNames: '/api/tenants/{client_id}/names',
  getOpenapiDocument: '/openapi.json',
  showReference: '/docs',
  getReferenceFile: '/docs/{file}',
  showConsole: '/console',
  getConsoleFile: '/console/{file}',
  getViewer: '/viewer.js',
  getViewerOfVersion: '/viewer/{file}',
} as const;

/** The query of `GET /api/tenants`. */
export interface ListTenantsQuery {
  /** Tenants per page. */
  limit?: number;
  /** Tenants to skip. */
  offset?: number;
  /** Lists only tenants in this state. */
  state?: 'creating' | 'active' | 'deleting';
  /** Lists only the tenant of this database. */
  database_name?: string;
  /** Lists only the tenant with this label. */
  client_label?: string;
  /** Whether to say what each active tenant has stored; null where its table is not in memory. */
  usage?: boolean;
}

/** The query of `GET /api/tenants/{client_id}`. */
export interface GetTenantQuery {
  /** Whether to say what the tenant has stored. */
  usage?: boolean;
}

/** The query of `POST /api/events`. */
export interface CreateEventsQuery {
  /** `fail` refuses bad events with the whole request, `skip` lists them and stores the others. */
  on_error?: 'fail' | 'skip';
}

/** The query of `GET /api/history/events`. */
export interface ListEventsQuery {
  /** Only events of this record: an integer, a text, or a text of digits in quotation marks. */
  record_id?: IdInput | readonly IdInput[];
  /** Only events of this type. */
  event_type_id?: IdInput | readonly IdInput[];
  /** Only events from sources of this type. */
  source_type_id?: IdInput | readonly IdInput[];
  /** Only events from this source. */
  source_id?: IdInput | readonly IdInput[];
  /** Only the event of this id. */
  event_id?: string | readonly string[];
  /** Only events of this time and later; a date is its first moment in UTC. */
  event_time_from?: string | Date;
  /** Only events before this time. */
  event_time_to?: string | Date;
  /** Only events with all these words in event_data, up to 64: `"side by side"`, `begin*`. */
  q?: string;
  /** Only events with these values in fields of event_data, as in `data.user.id=7`, and of further keys, as in `field.region=eu`; each is a parameter of its own. */
  [field: `data.${string}` | `field.${string}`]: FieldValue | readonly FieldValue[] | undefined;
  /** `arrival` is the order in which events were committed, so that a poller misses none. */
  ordering?: '-event_time' | 'event_time' | 'arrival';
  /** Events per page. */
  limit?: number;
  /** Events to skip. */
  offset?: number;
  /** Where to resume, instead of an offset; begin with an empty one and follow `next`. */
  cursor?: string;
  /** Whether to count the events; by default with an offset, and not with a cursor. */
  count?: boolean;
  /** Whether to give the names of ids beside them, see `GET /api/names`. */
  names?: boolean;
}

/** The query of `GET /api/history/events/count-by`. */
export interface CountEventsQuery {
  /** Only events of this record: an integer, a text, or a text of digits in quotation marks. */
  record_id?: IdInput | readonly IdInput[];
  /** Only events of this type. */
  event_type_id?: IdInput | readonly IdInput[];
  /** Only events from sources of this type. */
  source_type_id?: IdInput | readonly IdInput[];
  /** Only events from this source. */
  source_id?: IdInput | readonly IdInput[];
  /** Only the event of this id. */
  event_id?: string | readonly string[];
  /** Only events of this time and later; a date is its first moment in UTC. */
  event_time_from?: string | Date;
  /** Only events before this time. */
  event_time_to?: string | Date;
  /** Only events with all these words in event_data, up to 64: `"side by side"`, `begin*`. */
  q?: string;
  /** Only events with these values in fields of event_data, as in `data.user.id=7`, and of further keys, as in `field.region=eu`; each is a parameter of its own. */
  [field: `data.${string}` | `field.${string}`]: FieldValue | readonly FieldValue[] | undefined;
  /** Groups by time; `day` if neither this nor `by` is sent. */
  bucket?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** The time zone in which buckets begin, such as Europe/Berlin. */
  tz?: string;
  /** Groups by this id. */
  by?: 'event_type_id' | 'source_type_id' | 'source_id' | 'record_id' | readonly ('event_type_id' | 'source_type_id' | 'source_id' | 'record_id')[];
  /** `-count` lists the largest groups first. */
  ordering?: 'group' | '-count';
  /** The number of groups. */
  limit?: number;
  /** Whether to give the names of ids beside them, see `GET /api/names`. */
  names?: boolean;
}

/** The query of `GET /api/history/export`. */
export interface ExportEventsQuery {
  /** Only events of this record: an integer, a text, or a text of digits in quotation marks. */
  record_id?: IdInput | readonly IdInput[];
  /** Only events of this type. */
  event_type_id?: IdInput | readonly IdInput[];
  /** Only events from sources of this type. */
  source_type_id?: IdInput | readonly IdInput[];
  /** Only events from this source. */
  source_id?: IdInput | readonly IdInput[];
  /** Only the event of this id. */
  event_id?: string | readonly string[];
  /** Only events of this time and later; a date is its first moment in UTC. */
  event_time_from?: string | Date;
  /** Only events before this time. */
  event_time_to?: string | Date;
  /** Only events with all these words in event_data, up to 64: `"side by side"`, `begin*`. */
  q?: string;
  /** Only events with these values in fields of event_data, as in `data.user.id=7`, and of further keys, as in `field.region=eu`; each is a parameter of its own. */
  [field: `data.${string}` | `field.${string}`]: FieldValue | readonly FieldValue[] | undefined;
  /** The form of the answer. */
  format?: 'ndjson' | 'csv' | 'parquet';
  /** Where to resume. */
  after?: string;
}

/** The query of `GET /api/history/tail`. */
export interface TailEventsQuery {
  /** Only events of this record: an integer, a text, or a text of digits in quotation marks. */
  record_id?: IdInput | readonly IdInput[];
  /** Only events of this type. */
  event_type_id?: IdInput | readonly IdInput[];
  /** Only events from sources of this type. */
  source_type_id?: IdInput | readonly IdInput[];
  /** Only events from this source. */
  source_id?: IdInput | readonly IdInput[];
  /** Only the event of this id. */
  event_id?: string | readonly string[];
  /** Only events of this time and later; a date is its first moment in UTC. */
  event_time_from?: string | Date;
  /** Only events before this time. */
  event_time_to?: string | Date;
  /** Only events with all these words in event_data, up to 64: `"side by side"`, `begin*`. */
  q?: string;
  /** Only events with these values in fields of event_data, as in `data.user.id=7`, and of further keys, as in `field.region=eu`; each is a parameter of its own. */
  [field: `data.${string}` | `field.${string}`]: FieldValue | readonly FieldValue[] | undefined;
  /** Where to resume. */
  cursor?: string;
  /** Whether to give the names of ids beside them, see `GET /api/names`. */
  names?: boolean;
}

/** The query of `GET /api/history/events/{event_id}`. */
export interface GetEventQuery {
  /** Whether to give the names of ids beside them, see `GET /api/names`. */
  names?: boolean;
}

/** The query of `GET /api/history/events/{event_id}/file`. */
export interface GetEventFileQuery {
  /** Whether the answer has what the event keeps of the file. */
  details?: boolean;
}

/** The query of `GET /api/files/upload-url`. */
export interface GetUploadUrlQuery {
  /** The file's size in bytes; the URL takes no other. */
  size?: number;
  /** The name for the download, of at most 255 bytes in UTF-8. */
  filename?: string;
  /** The media type of the file. */
  content_type?: string;
  /** The greatest size of the file in bytes. */
  max_bytes?: number;
  /** The SHA-256 of the file in hexadecimal; the URL takes no other file. */
  sha256?: string;
}

/** The query of `GET /api/keys`. */
export interface ListKeysQuery {
  /** Keys per page. */
  limit?: number;
  /** Keys to skip. */
  offset?: number;
}

/** The query of `GET /files/{database}/{file_id}`. */
export interface DownloadFileQuery {
  /** A part of the link. */
  'X-Annals-Client': string;
  /** A part of the link: when it expires, in seconds since 1970. */
  'X-Annals-Expires': string;
  /** A part of the link. */
  'X-Annals-Method': string;
  /** A part of the link: the only size that it takes. */
  'X-Annals-Size'?: string;
  /** A part of the link: the greatest size that it takes. */
  'X-Annals-Max-Size'?: string;
  /** A part of the link: the name for the download. */
  'X-Annals-Name'?: string;
  /** A part of the link: the type for the download. */
  'X-Annals-Type'?: string;
  /** A part of the link: the SHA-256 of the only file that it takes. */
  'X-Annals-Sha256'?: string;
  /** A part of the link. */
  'X-Annals-Signature': string;
}

/** The query of `PUT /files/{database}/{file_id}`. */
export interface UploadFileQuery {
  /** A part of the link. */
  'X-Annals-Client': string;
  /** A part of the link: when it expires, in seconds since 1970. */
  'X-Annals-Expires': string;
  /** A part of the link. */
  'X-Annals-Method': string;
  /** A part of the link: the only size that it takes. */
  'X-Annals-Size'?: string;
  /** A part of the link: the greatest size that it takes. */
  'X-Annals-Max-Size'?: string;
  /** A part of the link: the name for the download. */
  'X-Annals-Name'?: string;
  /** A part of the link: the type for the download. */
  'X-Annals-Type'?: string;
  /** A part of the link: the SHA-256 of the only file that it takes. */
  'X-Annals-Sha256'?: string;
  /** A part of the link. */
  'X-Annals-Signature': string;
}

/** A client in a backup. */
export interface BackedUpClient {
  /** Its id. */
  client_id: string;
  /** What people call it. */
  client_label: string;
  /** Its database. */
  database_name: string;
  /** How many events it has. */
  events: number;
  /** How many files it has. */
  files: number;
  /** How many bytes these have. */
  file_bytes: number;
}

/** A backup that can be restored. */
export interface Backup {
  /** The backup's id. */
  backup_id: string;
  /** It can be restored. */
  state: 'complete';
  /** The one client that it has; null: everything. */
  client_id: string | null;
  /** The backup that it builds on; null: none. */
  base: string | null;
  /** The backups without which it cannot be restored. */
  needs: string[];
  /** When it began. */
  started_at: string;
  /** When it was complete. */
  finished_at: string;
  /** The version of Annals that made it. */
  version: string;
  /** How many clients it has. */
  clients: number;
  /** How many events it has. */
  events: number;
  /** How many files it has. */
  files: number;
  /** How many bytes these have. */
  file_bytes: number;
  /** How many keys it has. */
  keys: number;
  /** How many bytes it added to the destination. */
  new_bytes: number;
}

/** A backup that can be restored, with its clients. */
export interface BackupInFull {
  /** The backup's id. */
  backup_id: string;
  /** It can be restored. */
  state: 'complete';
  /** The one client that it has; null: everything. */
  client_id: string | null;
  /** The backup that it builds on; null: none. */
  base: string | null;
  /** The backups without which it cannot be restored. */
  needs: string[];
  /** When it began. */
  started_at: string;
  /** When it was complete. */
  finished_at: string;
  /** The version of Annals that made it. */
  version: string;
  /** How many clients it has. */
  clients: number;
  /** How many events it has. */
  events: number;
  /** How many files it has. */
  files: number;
  /** How many bytes these have. */
  file_bytes: number;
  /** How many keys it has. */
  keys: number;
  /** How many bytes it added to the destination. */
  new_bytes: number;
  /** The clients that it has. */
  results: BackedUpClient[];
}

/** A backup, a verification or a restoration. */
export interface BackupJob {
  /** The job's id. */
  job_id: string;
  /** What it does. */
  kind: 'backup' | 'verify' | 'restore' | 'delete';
  /** How far it is. */
  state: 'waiting' | 'running' | 'done' | 'failed';
  /** The backup that it makes or reads. */
  backup_id: string;
  /** The one client; null: everything. */
  client_id: string | null;
  /** The client that was restored. */
  restored_client_id: string | null;
  /** When it was asked for. */
  asked_at: string;
  /** When it ended; null: it has not. */
  ended_at: string | null;
  /** How many clients it is about. */
  clients: number;
  /** How many of them are done. */
  clients_done: number;
  /** How many events were copied. */
  events: number;
  /** How many files were copied. */
  files: number;
  /** How many bytes were copied. */
  bytes: number;
  /** What the operator should know. */
  remarks: string[];
  /** Why it failed; null: it did not. */
  detail: string | null;
}

/** The jobs. */
export interface BackupJobList {
  /** How many there are. */
  total_count: number;
  /** The newest first. */
  results: BackupJob[];
}

/** The backups. */
export interface BackupList {
  /** How many there are. */
  total_count: number;
  /** The newest first. */
  results: (Backup | UnusableBackup)[];
}

/** A CloudEvent 1.0 in JSON. Its attributes are kept under the key `cloudevent`. */
export interface CloudEvent {
  /** The version. */
  specversion: '1.0';
  /** Identifies the event together with `source`. */
  id: string;
  /** Where it comes from. */
  source: string;
  /** What kind of event it is. */
  type: string;
  /** Replaces an absent `event_time`. */
  time?: string | Date;
  /** The event. */
  data?: NewEvent;
  /** The event in Base64, instead of `data`. */
  data_base64?: string;
  [key: string]: unknown;
}

/** An event as it is given out, with the further keys that it was sent with. */
export interface Event {
  /** The event's id, in lower case. */
  event_id: string;
  /** When it happened, in UTC. */
  event_time: string;
  /** What kind of event it is. */
  event_type_id: Id;
  /** The record that it is about. */
  record_id: Id;
  /** What kind of source it has. */
  source_type_id: Id;
  /** Who or what caused it. */
  source_id: Id;
  /** As it was sent. */
  event_data: JsonValue;
  /** The file that is attached; null: none. */
  file_id: string | null;
  /** What people call the ids, with `names=true`; or a key that the event was sent with. */
  names?: NamesOfIds | JsonValue;
  [key: string]: JsonValue | NamesOfIds | JsonValue | undefined;
}

/** The envelope of AWS EventBridge around an event. */
export interface EventBridgeEnvelope {
  /** Not looked at. */
  version?: unknown;
  /** Not looked at. */
  id?: unknown;
  /** Not looked at. */
  'detail-type'?: unknown;
  /** Names the tenant by its `client_id` or its `database_name`. The setting `event_bridge.tenant_field` may choose another field. */
  source: string;
  /** Not looked at. */
  account?: unknown;
  /** Not looked at. */
  time?: unknown;
  /** Not looked at. */
  region?: unknown;
  /** Not looked at. */
  resources?: unknown;
  /** The event. */
  detail: EventInEnvelope;
  [key: string]: unknown;
}

/** How many events have these ids and lie in this bucket of time. */
export interface EventGroup {
  /** When the bucket begins, if `bucket` is sent. */
  time?: string;
  /** Of the group's events, if `by` names it. */
  event_type_id?: Id;
  /** Of the group's events, if `by` names it. */
  source_type_id?: Id;
  /** Of the group's events, if `by` names it. */
  source_id?: Id;
  /** Of the group's events, if `by` names it. */
  record_id?: Id;
  /** How many events it has. */
  count: number;
  /** What people call these ids. */
  names?: NamesOfIds;
}

/** Counted events. */
export interface EventGroups {
  /** The groups. */
  results: EventGroup[];
  /** Whether there are more groups than these. */
  more: boolean;
}

/** The event in an envelope. Further keys are kept and given back. */
export interface EventInEnvelope {
  /** Identifies the event: sent again, it is stored once, with the first content. */
  event_id: string;
  /** When it happened, from 1900 to 2299; kept to the millisecond, in UTC. */
  event_time: string | Date;
  /** What kind of event it is. */
  event_type_id: IdInput;
  /** The record that it is about. */
  record_id: IdInput;
  /** What kind of source it has. */
  source_type_id: IdInput;
  /** Who or what caused it. */
  source_id: IdInput;
  /** Any JSON value; it is given back byte for byte. */
  event_data: unknown;
  /** The file that is attached, from `GET /api/files/upload-url`. */
  file_id?: string | null;
  [key: string]: unknown;
}

/** A page of events. */
export interface EventPage {
  /** How many events a page has at most. */
  limit: number;
  /** How many events come before this page. */
  offset: number;
  /** How many events the tenant has; null: not counted. */
  total_count: number | null;
  /** How many events the filter has; null: not counted. */
  filtered_count: number | null;
  /** The URL of the next page; null: this is the last one. */
  next: string | null;
  /** The URL of the page before, when paging by offset. */
  previous: string | null;
  /** The events of this page. */
  results: Event[];
}

/** A field that is wrong, as pydantic 1.10 words it. */
export interface FieldProblem {
  /** Where it stands: `body`, `query` or `header`, then names and indexes. */
  loc: (string | number)[];
  /** What is wrong, for people. */
  msg: string;
  /** What is wrong, for programs. */
  type: string;
  /** The limits that `msg` names. */
  ctx?: {
    [key: string]: JsonValue;
  };
}

/** Where a file is. */
export interface FileUrl {
  /** Valid for a limited time; it needs no credentials, and must get none. */
  file_url: string;
  /** The file's id. */
  file_id: string;
  /** With `details=true`: the file's bytes when the event was stored; null if it was not there. */
  size?: number | null;
  /** With `details=true`: the SHA-256 that it had, in hexadecimal; null if it is not known. */
  sha256?: string | null;
}

/** Every field that is wrong. */
export interface InvalidInput {
  /** All problems of the request, in field order. */
  detail: FieldProblem[];
}

/** A key, without what it consists of. */
export interface Key {
  /** The key's id. */
  key_id: string;
  /** What people call it. */
  name: string;
  /** What it may do. */
  role: 'admin' | 'ingest' | 'read';
  /** The tenants that it is bound to; null: all. */
  client_ids: string[] | null;
  /** When it expires; null: never. */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
  /** Whether it opens nothing at present. */
  disabled: boolean;
  /** When it was used last, to the hour; null: never. */
  last_used_at: string | null;
}

/** What is to change of a key; what is left out stays. */
export interface KeyChange {
  /** A new name. */
  name?: string;
  /** Whether it is to open nothing. */
  disabled?: boolean;
  /** When it is to expire; null: never. */
  expires_at?: string | Date | null;
}

/** A page of keys. */
export interface KeyPage {
  /** How many results a page has at most. */
  limit: number;
  /** How many results come before this page. */
  offset: number;
  /** How many results there are. */
  total_count: number;
  /** The results of this page. */
  results: Key[];
}

/** One client instance in a list. */
export interface ListedTenant {
  /** The tenant's id, for X-Client-Id. */
  client_id: string;
  /** What people call it. */
  client_label: string;
  /** The database that has its history. */
  database_name: string;
  /** Only an active tenant takes and gives events. */
  state: 'creating' | 'active' | 'deleting';
  /** When it was made. */
  created_at: string;
  /** Whether all use of its data is refused; left out unless it is. */
  suspended?: boolean;
  /** For how many days after their time its events are kept, if that was set; null: for ever. */
  retention_days?: number | null;
  /** Its own quotas, if there are any. */
  quotas?: {
    /** The limit; 0: none. */
    events_per_second?: number;
    /** The limit; 0: none. */
    bytes_per_day?: number;
    /** The limit; 0: none. */
    stored_bytes?: number;
    /** The limit; 0: none. */
    requests_per_second?: number;
  };
  /** What an active tenant has stored, with `usage=true`. */
  usage?: TenantUsage;
}

/** A new key. */
export interface MadeKey {
  /** The key's id. */
  key_id: string;
  /** What people call it. */
  name: string;
  /** What it may do. */
  role: 'admin' | 'ingest' | 'read';
  /** The tenants that it is bound to; null: all. */
  client_ids: string[] | null;
  /** When it expires; null: never. */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
  /** The key; shown in this answer only. */
  key: string;
}

/** A tenant that was made, with its secret. */
export interface MadeTenant {
  /** The tenant's id, for X-Client-Id. */
  client_id: string;
  /** Shown in this answer only. */
  client_secret: string;
  /** As it was asked for. */
  database_name: string;
}

/** Names of ids, by the id: an integer, a text, or a text of digits in quotation marks. */
export interface Names {
  /** Of event_type_id. */
  event_types: {
    [key: string]: string;
  };
  /** Of source_type_id. */
  source_types: {
    [key: string]: string;
  };
  /** Of source_id, by the source_type_id that it belongs to. */
  sources: {
    [key: string]: {
    [key: string]: string;
  };
  };
  /** Sentences about events, by the event_type_id. */
  event_templates: {
    [key: string]: string;
  };
}

/** The names of those ids that have one, with `names=true`. */
export interface NamesOfIds {
  /** Of event_type_id. */
  event_type?: string;
  /** Of source_type_id. */
  source_type?: string;
  /** Of source_id, beside its source_type_id. */
  source?: string;
  /** Of an event: the sentence of its type, with paths of the event in braces. */
  template?: string;
}

/** Names to set, and null for those to remove; what is left out stays (RFC 7396). */
export interface NamesPatch {
  /** Of event_type_id. */
  event_types?: {
    [key: string]: string | null;
  } | null;
  /** Of source_type_id. */
  source_types?: {
    [key: string]: string | null;
  } | null;
  /** Of source_id, by the source_type_id that it belongs to. */
  sources?: {
    [key: string]: {
    [key: string]: string | null;
  } | null;
  } | null;
  /** By the event_type_id, a sentence in which paths of the event stand in braces, such as `{source} changed {data.field}`; `{{` and `}}` are braces of the sentence. */
  event_templates?: {
    [key: string]: string | null;
  } | null;
}

/** A backup that is to be made. */
export interface NewBackup {
  /** The one client; left out: everything. */
  client_id?: string;
  /** The backup that it is to build on. */
  base?: string;
}

/** An event as it is sent. Further keys are kept and given back. */
export interface NewEvent {
  /** Identifies the event: sent again, it is stored once, with the first content. It is made if it is left out. */
  event_id?: string;
  /** When it happened, from 1900 to 2299; kept to the millisecond, in UTC. It is made if it is left out. */
  event_time?: string | Date;
  /** What kind of event it is. */
  event_type_id: IdInput;
  /** The record that it is about. */
  record_id: IdInput;
  /** What kind of source it has. */
  source_type_id: IdInput;
  /** Who or what caused it. */
  source_id: IdInput;
  /** Any JSON value; it is given back byte for byte. */
  event_data: unknown;
  /** The file that is attached, from `GET /api/files/upload-url`. */
  file_id?: string | null;
  [key: string]: unknown;
}

/** A key that is to be made. */
export interface NewKey {
  /** What people are to call it. */
  name: string;
  /** `admin` may do everything, `ingest` writes events and uploads files, `read` reads. */
  role: 'admin' | 'ingest' | 'read';
  /** The tenants that it is for; null: all. */
  client_ids?: readonly string[] | null;
  /** When it is to expire; null: never. */
  expires_at?: string | Date | null;
}

/** What is to be restored. */
export interface NewRestoration {
  /** The backup. */
  backup_id: string;
  /** The one client; left out: every client that is not there. What follows needs it. */
  client_id?: string;
  /** Another database than that of before. */
  database_name?: string;
  /** Another label than that of before. */
  client_label?: string;
  /** Whether it gets a new id. */
  as_new?: boolean;
}

/** A tenant that is to be made. */
export interface NewTenant {
  /** Unique; it becomes a database and the prefix of the tenant's files. */
  database_name: string;
  /** Unique; shown to people. */
  client_label: string;
  [key: string]: unknown;
}

/** What a token is to show, and for how long. */
export interface NewViewerToken {
  /** The tenant. */
  client_id: string;
  /** It must be sent: one that got lost on the way must not show everything. */
  filter: ViewerFilter;
  /** `files` gives out the files of the events that the filter has. */
  permissions?: readonly ('history' | 'files')[];
  /** Seconds. */
  expires_in?: number;
}

/** The service cannot serve requests. */
export interface NotReady {
  /** Why. */
  detail: string;
  /** `ok`, or what is wrong with the engine. */
  engine: string;
  /** `ok`, or what is wrong with the registry of tenants. */
  registry: string;
  /** `ok`, or what is wrong with the journal, if there is one. */
  journal?: string;
  /** `ok`, or what is wrong with this machine's disk. */
  disk: string;
  /** `ok`, or what is wrong with the file store. */
  files: string;
  /** How many tables have lost a part. */
  tables_with_broken_parts?: number;
}

/** What is wrong. */
export interface Problem {
  /** What is wrong, for people. */
  detail: string;
  /** Names the request in the log, if the fault is the service's. */
  request_id?: string;
}

/** A limit, with what is used of it where that is counted. */
export interface QuotaUsage {
  /** The limit that applies. */
  limit: number;
  /** What is used; null: not measured yet. */
  used?: number | null;
  /** When that was measured. */
  measured_at?: string | null;
}

/** The service can serve requests. */
export interface Ready {
  /** Always the same. */
  status: 'ready';
  /** `ok`, or what is wrong with the engine. */
  engine: string;
  /** `ok`, or what is wrong with the registry of tenants. */
  registry: string;
  /** `ok`, or what is wrong with the journal, if there is one. */
  journal?: string;
  /** `ok`, or what is wrong with this machine's disk. */
  disk: string;
  /** `ok`, or what is wrong with the file store. */
  files: string;
  /** How many tables have lost a part. */
  tables_with_broken_parts?: number;
}

/** An item that was not stored. */
export interface RefusedItem {
  /** Its place in the request, from 0. */
  index: number;
  /** What is wrong with it. */
  detail: FieldProblem[];
}

/** The policy of retention, and what its enforcement has done. */
export interface Retention {
  /** The policy; null: events are kept. */
  days: number | null;
  /** When it was enforced last. */
  last_run_at: string | null;
  /** The oldest event's time then. */
  oldest_event: string | null;
  /** Events removed so far. */
  rows_removed: number;
  /** Files removed so far. */
  files_removed: number;
  /** Events that the last run removed. */
  last_rows_removed?: number;
  /** Files that the last run removed. */
  last_files_removed?: number;
}

/** A new secret. */
export interface RotatedSecret {
  /** Shown in this answer only. */
  client_secret: string;
  /** Until when the secrets of before are valid. */
  previous_valid_until: string;
}

/** For how long the secrets of before stay valid. */
export interface Rotation {
  /** 0 makes them void at once, which is how a secret is revoked. */
  overlap_seconds: number;
}

/** What became of the events of a request. */
export interface StoredEvents {
  /** Events that were stored. */
  accepted: number;
  /** Events that were there already; the first content stays. */
  duplicates: number;
  /** With `on_error=skip`, the first thousand items that were refused. */
  errors: RefusedItem[];
  /** Duplicates whose content differs from what is stored: their sender uses an id twice. */
  conflicts?: number;
  /** Events that are past the tenant's retention already. */
  expired?: number;
  /** Refused items beyond the first thousand. */
  errors_left_out?: number;
}

/** One client instance. */
export interface Tenant {
  /** The tenant's id, for X-Client-Id. */
  client_id: string;
  /** What people call it. */
  client_label: string;
  /** The database that has its history. */
  database_name: string;
  /** Only an active tenant takes and gives events. */
  state: 'creating' | 'active' | 'deleting';
  /** When it was made. */
  created_at: string;
  /** Whether all use of its data is refused; left out unless it is. */
  suspended?: boolean;
  /** For how many days after their time its events are kept, if that was set; null: for ever. */
  retention_days?: number | null;
  /** Its own quotas, if there are any. */
  quotas?: {
    /** The limit; 0: none. */
    events_per_second?: number;
    /** The limit; 0: none. */
    bytes_per_day?: number;
    /** The limit; 0: none. */
    stored_bytes?: number;
    /** The limit; 0: none. */
    requests_per_second?: number;
  };
}

/** What is to change of a tenant; what is left out stays. */
export interface TenantChange {
  /** A new label. */
  client_label?: string;
  /** Whether all use of the tenant's data is to be refused. */
  suspended?: boolean;
  /** For how many days after their time events are kept; null: for ever. */
  retention_days?: number | null;
  /** What the tenant may use. */
  quotas?: {
    /** The limit; 0: none; null: the default. */
    events_per_second?: number | null;
    /** The limit; 0: none; null: the default. */
    bytes_per_day?: number | null;
    /** The limit; 0: none; null: the default. */
    stored_bytes?: number | null;
    /** The limit; 0: none; null: the default. */
    requests_per_second?: number | null;
  };
}

/** One client instance, with what was done and used. */
export interface TenantInFull {
  /** The tenant's id, for X-Client-Id. */
  client_id: string;
  /** What people call it. */
  client_label: string;
  /** The database that has its history. */
  database_name: string;
  /** Only an active tenant takes and gives events. */
  state: 'creating' | 'active' | 'deleting';
  /** When it was made. */
  created_at: string;
  /** Whether all use of its data is refused; left out unless it is. */
  suspended?: boolean;
  /** For how many days after their time its events are kept, if that was set; null: for ever. */
  retention_days?: number | null;
  /** Its own quotas, if there are any. */
  quotas?: {
    /** The limit; 0: none. */
    events_per_second?: number;
    /** The limit; 0: none. */
    bytes_per_day?: number;
    /** The limit; 0: none. */
    stored_bytes?: number;
    /** The limit; 0: none. */
    requests_per_second?: number;
  };
  /** What retention has done, if there is a policy or was one. */
  retention?: Retention;
  /** What applies, if anything is limited. */
  quota_usage?: {
    /** This quota. */
    events_per_second?: QuotaUsage;
    /** This quota. */
    bytes_per_day?: QuotaUsage;
    /** This quota. */
    stored_bytes?: QuotaUsage;
    /** This quota. */
    requests_per_second?: QuotaUsage;
  };
  /** What an active tenant has stored, with `usage=true`. */
  usage?: TenantUsage;
}

/** A page of tenants. */
export interface TenantPage {
  /** How many results a page has at most. */
  limit: number;
  /** How many results come before this page. */
  offset: number;
  /** How many results there are. */
  total_count: number;
  /** The results of this page. */
  results: ListedTenant[];
}

/** What the engine has of a tenant's events. What is not known is null. */
export interface TenantUsage {
  /** How many events are in its table. */
  events: number | null;
  /** How many bytes they take on the engine's disk, compressed. */
  stored_bytes: number | null;
  /** The newest `event_time`; null also if there is no event. */
  last_event_at: string | null;
}

/** A backup that cannot be restored. */
export interface UnusableBackup {
  /** The backup's id. */
  backup_id: string;
  /** Whether it is not complete, its manifest cannot be read, or it is being deleted. */
  state: 'unfinished' | 'damaged' | 'deleting';
}

/** Where a file can be uploaded. */
export interface UploadUrl {
  /** Takes a PUT, without credentials, for a limited time. */
  upload_url: string;
  /** The file's id, for an event. */
  file_id: string;
  /** The headers that the PUT must have, if the URL is bound to more than a size. */
  headers?: {
    [key: string]: string;
  };
}

/** What a token shows: events that satisfy all of it. An empty one shows the whole history. */
export interface ViewerFilter {
  /** Only events of these records. */
  record_id?: readonly IdInput[];
  /** Only events of these types. */
  event_type_id?: readonly IdInput[];
  /** Only events from sources of these types. */
  source_type_id?: readonly IdInput[];
  /** Only events from these sources. */
  source_id?: readonly IdInput[];
  /** Only the events of these ids. */
  event_id?: readonly string[];
  /** Only events of this time and later. */
  event_time_from?: string | Date;
  /** Only events before this time. */
  event_time_to?: string | Date;
  /** Only events with all these words in event_data. */
  q?: string;
  /** Only events with one of these values in each field, by `data.…` or `field.…`. */
  fields?: {
    [key: string]: readonly string[];
  };
}

/** A token, for `Authorization: Bearer`. */
export interface ViewerToken {
  /** The token. */
  token: string;
  /** When it expires. */
  expires_at: string;
}
