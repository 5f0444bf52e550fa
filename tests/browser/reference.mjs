// Visits /docs as a reader does, and prints as JSON what was seen. usage: node reference.mjs BROWSER URL WIDTH SCHEME FILE
// WIDTH is that of the window, SCHEME light or dark; a picture goes into FILE.
import { chromium } from 'playwright-core';

const [browserPath, url, width, colorScheme, file] = process.argv.slice(2);
const timeout = 60_000;
// The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout,
});
try {
  const page = await browser.newPage({ viewport: { width: Number(width), height: 900 }, colorScheme });
  const said = [];
  const asked = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${url}/docs`, { timeout });
  await page.waitForSelector('body[data-drawn]', { timeout });
  await page.screenshot({ path: file });

  const operations = await page.locator('article[id^="operation-"]').count();
  const schemas = await page.locator('article[id^="schema-"]').count();
  const links = await page.$$eval('main a[href^="#"], nav a[href^="#"]', (all) => all.map((link) => link.getAttribute('href')));
  const lost = await page.evaluate((all) => all.filter((link) => !document.getElementById(link.slice(1))), links);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const garbled = (await page.locator('body').innerText()).match(/\[object \w+\]|undefined/g) ?? [];
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  // The first step of the keyboard is past the header, and a slash leads to the search from anywhere.
  await page.keyboard.press('Tab');
  const first = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press('/');
  await page.keyboard.type('rotate secret');
  const found = await page.locator('article:visible h3').allTextContents();
  await page.keyboard.press('Escape');
  const again = await page.locator('article[id^="operation-"]:visible').count();

  await page.goto('about:blank');
  await page.goto(`${url}/docs#operation-getEvent`, { timeout });
  await page.waitForSelector('body[data-drawn]', { timeout });
  const heading = page.locator('#operation-getEvent h3');
  const isInView = await heading.evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    return top >= 0 && top < innerHeight;
  });
  // Every answer opens with the keyboard alone.
  const answer = page.locator('#operation-getEvent details').first();
  await answer.locator('summary').focus();
  await page.keyboard.press('Enter');
  const opened = await answer.locator('pre').first().isVisible();
  await page.screenshot({ path: file.replace('.png', '-operation.png') });
  console.log(JSON.stringify({ said, asked, operations, schemas, lost, overflow, garbled, background, first, found, again, isInView, opened }));
} finally {
  await browser.close();
}
