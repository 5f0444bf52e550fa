// Opens a page in a headless browser and prints, as JSON, what the page leaves in `window.result`.
// usage: node drive.mjs BROWSER URL MILLISECONDS
import { chromium } from 'playwright-core';

const [browserPath, url, milliseconds] = process.argv.slice(2);
const timeout = Number(milliseconds);
// The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout,
});
try {
  const page = await browser.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(url, { timeout });
  const handle = await page.waitForFunction(() => window.result, null, { timeout });
  console.log(JSON.stringify({ result: await handle.jsonValue(), said }));
} finally {
  await browser.close();
}
