// Opens a page in a headless browser, runs files as scripts in it in every way that a page has, and prints as JSON which
// of them ran. usage: node scripts.mjs BROWSER. Standard input has {page, own, files}: URLs, of which `own` is a script
// that the page may run.
import { json } from 'node:stream/consumers';
import { chromium } from 'playwright-core';

const [browserPath] = process.argv.slice(2);
const given = await json(process.stdin);
const timeout = 60_000;
// The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout,
});

/** Within the page: how it ended for that URL in each way, and whether the script has left its mark. */
async function run({ url, own }) {
  const settled = (element) =>
    new Promise((resolve) => {
      element.onload = () => resolve('loaded');
      element.onerror = () => resolve('refused');
    });
  const script = (type) => {
    const element = document.createElement('script');
    if (type) element.type = type;
    element.src = url;
    const outcome = settled(element);
    document.head.append(element);
    return outcome;
  };
  const worker = () =>
    new Promise((resolve) => {
      const one = new Worker(url);
      one.onmessage = () => resolve('loaded');
      one.onerror = () => resolve('refused');
    });
  const ways = { script: await script(), module: await script('module') };
  // The page's own script says nothing as a worker.
  if (url !== own) ways.worker = await worker();
  return { ...ways, marked: window.marked ?? 0 };
}

try {
  const page = await browser.newPage();
  await page.goto(given.page, { timeout });
  const own = await page.evaluate(run, { url: given.own, own: given.own });
  const files = [];
  for (const url of given.files) files.push(await page.evaluate(run, { url, own: given.own }));
  console.log(JSON.stringify({ own, files }));
} finally {
  await browser.close();
}
