import './cases/json.js';
import './cases/events.js';
import './cases/paging.js';
import './cases/bulk.js';
import './cases/retries.js';
import './cases/credentials.js';
import './cases/tail.js';
import './cases/files.js';
import './cases/administration.js';

export { cases, Stage } from './support/suite.js';
