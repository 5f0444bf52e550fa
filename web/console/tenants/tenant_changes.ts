import type { TenantChange, Tenant } from 'annals-client';
import type { Limit } from './limit_field.js';

export const QUOTAS = ['events_per_second', 'requests_per_second', 'bytes_per_day', 'stored_bytes'] as const;
export type Quota = (typeof QUOTAS)[number];
export type QuotaLimit = Limit<'none' | 'default'>;
export type RetentionLimit = Limit<'for_ever' | 'default'>;

/** Holds what can be set of a tenant, as the form has it. */
export interface Settings {
  label: string;
  retention: RetentionLimit;
  quotas: Readonly<Record<Quota, QuotaLimit>>;
  suspended: boolean;
}

/** Returns the settings of a tenant as it is. */
export function settingsOf(tenant: Tenant): Settings {
  const quota = (name: Quota): QuotaLimit => {
    const value = tenant.quotas?.[name];
    if (value === undefined) return { kind: 'default', number: '' };
    return value === 0 ? { kind: 'none', number: '' } : { kind: 'number', number: String(value) };
  };
  return {
    label: tenant.client_label,
    retention: retentionOf(tenant.retention_days),
    quotas: Object.fromEntries(QUOTAS.map((name) => [name, quota(name)])) as Record<Quota, QuotaLimit>,
    suspended: tenant.suspended === true,
  };
}

/** Returns what makes the tenant as the settings have it; what does not differ is not in it. */
export function changeOf(tenant: Tenant, settings: Settings): TenantChange {
  const before = settingsOf(tenant);
  const change: TenantChange = {};
  const label = settings.label.trim();
  if (label !== before.label) change.client_label = label;
  if (settings.suspended !== before.suspended) change.suspended = settings.suspended;
  const { retention } = settings;
  if (retention.kind !== 'default' && !isSame(retention, before.retention)) {
    change.retention_days = retention.kind === 'number' ? Number(retention.number) : null;
  }
  const changed = QUOTAS.filter((name) => !isSame(settings.quotas[name], before.quotas[name]));
  if (changed.length > 0) change.quotas = Object.fromEntries(changed.map((name) => [name, valueOf(settings.quotas[name])]));
  return change;
}

function retentionOf(days: number | null | undefined): RetentionLimit {
  if (days === undefined) return { kind: 'default', number: '' };
  return days === null ? { kind: 'for_ever', number: '' } : { kind: 'number', number: String(days) };
}

function isSame(one: Limit<string>, other: Limit<string>): boolean {
  return one.kind === other.kind && one.number === other.number;
}

function valueOf(limit: QuotaLimit): number | null {
  if (limit.kind === 'number') return Number(limit.number);
  return limit.kind === 'none' ? 0 : null;
}
