export { alone, failures, live } from './flows/conditions.mjs';
export { large } from './flows/large.mjs';
export { record, share } from './flows/reading.mjs';
export { states } from './flows/states.mjs';
export { tenant } from './flows/tenants.mjs';
export { service } from './flows/service.mjs';
