import { History } from '../events/reading.js';
import { Transport } from '../http/transport.js';

/** The client id of the audit trail: for all callers but admins of all tenants there is no such client. */
export const AUDIT_CLIENT = '_annals';

/** What was done to the service, whom it refused and what it gave out. It is read like the history of a tenant. */
export class Audit extends History {
  /** @internal */
  constructor(transport: Transport) {
    super(new Transport({ ...transport.settings, clientId: AUDIT_CLIENT }, transport.credentials));
  }
}
