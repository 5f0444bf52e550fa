// Visits the console as a person does, and prints as JSON what was seen. usage: node console.mjs BROWSER FLOW
// FLOW is a function of console/flows.mjs. Standard input has what it is given, as JSON: {url, key, pictures, …}.
import { json } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import * as flows from './console/flows.mjs';
import { Visitor } from './console/visitor.mjs';

const [browserPath, flow] = process.argv.slice(2);
const given = await json(process.stdin);
// The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout: 60_000,
});
const visitors = [];
try {
  const visit = async (options = {}) => {
    const visitor = await Visitor.open(browser, given, options);
    visitors.push(visitor);
    return visitor;
  };
  const result = await flows[flow](visit, given);
  const seen = visitors.map(({ said, foreign }) => ({ said, foreign }));
  console.log(JSON.stringify({ result, said: seen.flatMap((one) => one.said), foreign: seen.flatMap((one) => one.foreign) }));
} catch (error) {
  for (const visitor of visitors) console.error(await visitor.state());
  throw error;
} finally {
  await browser.close();
}
