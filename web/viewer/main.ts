import { defineElement } from './element.js';

export type { GetToken } from './access.js';
export type { ApiFilters, GivenFilters } from './api_filters.js';
export type { PlainError, PlainEvent } from './plain.js';
export { NAME } from './element.js';

defineElement();
