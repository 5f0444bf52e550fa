export { token_fails, session_ends, no_token, gone, uncounted } from './stories/failures.mjs';
export { live, waiting, waiting_from_before, away, hidden } from './stories/live.mjs';
export { looks, hostile } from './stories/looks.mjs';
export { reading, files, properties } from './stories/reading.mjs';
