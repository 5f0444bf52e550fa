import { json } from 'node:stream/consumers';

/** What the test knows, and has said on standard input. */
export const given = await json(process.stdin);
