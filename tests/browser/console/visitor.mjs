import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TIMEOUT = 60_000;

/** A person with a window of the browser. It remembers what the page said, and what it asked of other origins. */
export class Visitor {
  said = [];
  foreign = [];

  constructor(page, given) {
    this.page = page;
    this.given = given;
  }

  static async open(browser, given, { width = 1440, height = 900, scheme = 'light', language = 'en-GB', session } = {}) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale: language,
      timezoneId: 'Europe/Berlin',
      acceptDownloads: true,
    });
    context.setDefaultTimeout(TIMEOUT);
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(given.url).origin });
    const page = await context.newPage();
    const visitor = new Visitor(page, given);
    page.on('console', (message) => {
      // A refusal is what some flows want to see, and the browser always says it.
      if (['error', 'warning'].includes(message.type()) && !/Failed to load resource/.test(message.text())) visitor.said.push(message.text());
    });
    page.on('pageerror', (error) => visitor.said.push(String(error)));
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(given.url) && !/^(blob|data|about|chrome|chrome-extension):/.test(url)) visitor.foreign.push(url);
    });
    // What the console says is gone after a few seconds.
    await page.addInitScript(() => {
      globalThis.heard = [];
      new MutationObserver(() => {
        const words = document.querySelector('.said')?.textContent;
        if (words && words !== globalThis.heard.at(-1)) globalThis.heard.push(words);
      }).observe(document, { childList: true, characterData: true, subtree: true });
    });
    if (session !== undefined) {
      await page.addInitScript((stored) => sessionStorage.setItem('annals.session', stored), JSON.stringify(session));
    }
    return visitor;
  }

  /** Goes to a page of the console, by what stands behind the `#`. */
  async go(hash = '') {
    await this.page.goto(`${this.given.url}/console${hash}`);
  }

  /** Waits until the console says this, or has said it since the page was loaded. */
  async hears(words) {
    await this.page.waitForFunction((wanted) => globalThis.heard.some((one) => one.includes(wanted)), words);
  }

  /** Signs in as the form has it. */
  async signIn(key = this.given.key) {
    await this.page.getByLabel('Key', { exact: true }).fill(key);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  rows() {
    return this.page.locator('[role=row][data-event-id]');
  }

  async picture(name) {
    await this.page.screenshot({ path: `${this.given.pictures}/${name}.png` });
  }

  /** Returns what axe finds serious or critical in the page as it is. */
  async complaints() {
    // The page's policy forbids scripts of others, but not those of whoever drives the browser.
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
  }

  /** Returns by how many pixels the page is wider than its window. */
  async overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** Says where the page is, for a failure. */
  async state() {
    const text = await this.page.locator('body').innerText().catch(() => '');
    return `at ${this.page.url()}\nsaid ${JSON.stringify(this.said)}\n${text.slice(0, 3000)}`;
  }
}
