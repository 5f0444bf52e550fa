// Runs the tests in Node. usage: GIVEN=<JSON> node --test run.mjs, with the compiled tests in the directory COMPILED.
import { pathToFileURL } from 'node:url';
import test from 'node:test';

const { cases, Stage } = await import(pathToFileURL(`${process.env.COMPILED}/tests/all.js`).href);
const stage = new Stage(JSON.parse(process.env.GIVEN));

for (const { name, run } of cases) test(name, { timeout: 300_000 }, () => run(stage));
