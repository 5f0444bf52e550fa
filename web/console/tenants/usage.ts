import type { Annals, ListTenants, Tenant } from 'annals-client';

/** The states that can be asked for; the service does not filter by `suspended` itself. */
export const ASKED_STATES = ['active', 'suspended', 'creating', 'deleting'] as const;
export type AskedState = (typeof ASKED_STATES)[number] | '';

export interface TenantsAsked {
  limit: number;
  offset: number;
  /** A part of a label or of the name of a database; empty for all. */
  wanted: string;
  state: AskedState;
}

export interface FoundTenants {
  tenants: Tenant[];
  /** How many there are on all pages. */
  total: number;
  /** How many were looked through, if not all were: among the others only whole names are found. */
  lookedThrough: number | undefined;
}

const LOOKED_THROUGH = 1000;

/** Reads a page of tenants with their usage. The service finds whole names only, so parts of names are looked for here. */
export async function readTenants(client: Annals, asked: TenantsAsked, signal: AbortSignal): Promise<FoundTenants> {
  const { limit, offset, wanted, state } = asked;
  const read = async (query: ListTenants): Promise<{ tenants: Tenant[]; total: number }> => {
    const page = await client.tenants.list({ ...query, usage: true }, { signal });
    return { tenants: page.data, total: page.total_count ?? page.data.length };
  };
  const inState: ListTenants = state === '' ? {} : { state: state === 'suspended' ? 'active' : state };
  if (wanted === '' && state !== 'suspended') return { ...(await read({ ...inState, limit, offset })), lookedThrough: undefined };

  const newest = await read({ ...inState, limit: LOOKED_THROUGH });
  const isPart = newest.total > newest.tenants.length;
  const whole = isPart && wanted !== '' ? await Promise.all([read({ ...inState, client_label: wanted }), read({ ...inState, database_name: wanted })]) : [];
  const text = wanted.toLowerCase();
  const found = new Map<string, Tenant>();
  for (const tenant of [...whole.flatMap((page) => page.tenants), ...newest.tenants]) {
    const isWanted = tenant.client_label.toLowerCase().includes(text) || tenant.database_name.toLowerCase().includes(text);
    if (isWanted && (state !== 'suspended' || tenant.suspended === true)) found.set(tenant.client_id, tenant);
  }
  const all = [...found.values()];
  return { tenants: all.slice(offset, offset + limit), total: all.length, lookedThrough: isPart ? newest.tenants.length : undefined };
}
