import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { TIMEOUT, browser } from './browser.mjs';
import { given } from './given.mjs';
import { newToken } from './service.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const text = (locator) => locator.innerText();

/** One page with the element, and what its backend does. */
export class Visit {
  said = [];
  faults = {};
  tokens = 0;
  /** What the backend answers when the page asks for a token. */
  backend = () => newToken();

  static async begin({ width = 1280, height = 800, scheme = 'light', path = '/', waits = true, locale = 'en-GB', backend, clock = false, before } = {}) {
    const visit = new Visit();
    if (backend !== undefined) visit.backend = backend;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale, timezoneId: 'Europe/Berlin' });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT);
    if (clock) await page.clock.install();
    visit.page = page;
    page.on('console', (message) => {
      // A busy machine may say so, and is asked again; the browser tells of each such answer.
      if (!/Failed to load resource.* (429|503) /.test(message.text())) visit.said.push(message.text());
    });
    page.on('pageerror', (error) => visit.said.push(String(error)));
    await page.exposeFunction('newToken', () => {
      visit.tokens++;
      return visit.backend(visit.tokens);
    });
    await before?.(page);
    await page.goto(given.site + path);
    if (waits) await visit.element().locator('.row.event').first().waitFor();
    return visit;
  }

  element(id = 'history') {
    return this.page.locator(`#${id}`);
  }

  rows(id) {
    return this.element(id).locator('.row.event');
  }

  told(name) {
    return this.page.evaluate((wanted) => window.told.filter((one) => one.name === wanted), name);
  }

  /** Looks for what keeps people out, and takes a picture. */
  async look(state) {
    await this.page.screenshot({ path: `${given.pictures}/${state}.png` });
    await this.page.evaluate(axe);
    const found = await this.page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations);
    const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    if (grave.length > 0) this.faults[state] = grave.map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
  }

  /** Scrolls down the list, and waits until the page has taken note of it. */
  async scroll() {
    await this.element().locator('.scroller').evaluate((list) => list.scrollTo(0, 400));
    await this.element().locator('.day.pinned').waitFor();
    await this.drawn();
    this.height = await this.heightOfList();
  }

  drawn() {
    return this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  }

  heightOfList() {
    return this.element().locator('.scroller').evaluate((list) => list.scrollHeight);
  }

  focus() {
    return this.page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.ariaLabel === 'Close' ? 'Close' : (at?.className ?? '');
    });
  }

  /** Waits until something waits for the reader, and takes it. */
  async takeWhatWaits() {
    const pill = this.element().locator('.pill');
    await pill.waitFor();
    await this.look('waiting');
    const grown = (await this.heightOfList()) - this.height;
    const name = await text(pill);
    await pill.click();
    await this.rows().filter({ hasText: 'waits' }).waitFor();
    return { ...this.outcome(), grown, name, after: await pill.count() };
  }

  outcome() {
    return { said: this.said, faults: this.faults };
  }
}
