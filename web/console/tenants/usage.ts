import type { Annals, Tenant } from 'annals-client';

export interface TenantsAsked {
  limit: number;
  offset: number;
  /** A label or the name of a database; empty for all. */
  wanted: string;
}

/** Reads a page of tenants with their usage, in one request for each way in which a tenant may be called. */
export async function readTenants(client: Annals, asked: TenantsAsked, signal: AbortSignal): Promise<{ tenants: Tenant[]; total: number }> {
  const { limit, offset, wanted } = asked;
  const read = async (filter: object): Promise<{ tenants: Tenant[]; total: number }> => {
    const page = await client.tenants.list({ limit, offset, usage: true, ...filter }, { signal });
    return { tenants: page.data, total: page.total_count ?? page.data.length };
  };
  if (wanted === '') return read({});
  const found = await Promise.all([read({ client_label: wanted }), read({ database_name: wanted })]);
  const tenants = new Map(found.flatMap((page) => page.tenants).map((tenant) => [tenant.client_id, tenant]));
  return { tenants: [...tenants.values()], total: tenants.size };
}
