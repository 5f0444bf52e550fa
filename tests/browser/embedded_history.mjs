// Visits a page that embeds <annals-history>, as its readers do, and prints as JSON what was seen.
// usage: node embedded_history.mjs BROWSER STORY, with what the test knows as JSON on standard input
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [browserPath, storyName] = process.argv.slice(2);
const given = JSON.parse(readFileSync(0, 'utf8'));
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TIMEOUT = 180_000;

// The tests run as root and in containers, where the browser's sandbox cannot work. They open their own pages only.
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  timeout: TIMEOUT,
});

/** One page with the element, and what its backend does. */
class Visit {
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

async function call(method, path, body) {
  const headers = { 'X-API-Key': given.key, 'X-Client-Id': given.client, 'Content-Type': 'application/json' };
  const reply = await fetch(given.api + path, { method, headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

const post = (path, body) => call('POST', path, body);
const read = (path) => call('GET', path);

function newToken(expires_in = 600) {
  return post('/api/viewer-tokens', { client_id: given.client, permissions: ['history', 'files'], filter: given.filter, expires_in });
}

/** Sends an event of the record that is shown. */
function happen(message) {
  const now = { event_id: crypto.randomUUID(), event_time: new Date().toISOString() };
  return post('/api/events', { ...given.event, ...now, event_data: { message } });
}

/** Asks the test to do something with the service. */
async function ask(what) {
  const reply = await fetch(`${given.site}/ask/${what}`, { method: 'POST' });
  if (!reply.ok) throw new Error(`${what}: ${reply.status}`);
}

const text = (locator) => locator.innerText();

const stories = {
  async reading() {
    const visit = await Visit.begin();
    const { page } = visit;
    const element = visit.element();
    await element.locator('.histogram rect').first().waitFor({ state: 'attached' });
    await element.locator('.count').filter({ hasText: /\d/ }).waitFor();
    await visit.look('list');
    const sentences = await visit.rows().locator('.cell-sentence').allInnerTexts();
    const count = await text(element.locator('.count'));

    // By keyboard alone: into the search, on to the list, down, and into the details.
    await page.keyboard.press('Tab');
    const first = await page.evaluate(() => document.activeElement.id);
    for (let step = 0; step < 8 && !(await visit.focus()).includes('scroller'); step++) await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    const moved = await element.locator('.pane').count();
    await page.keyboard.press('Enter');
    await element.locator('.pane .details').waitFor();
    const inside = await visit.focus();
    await visit.look('details');
    const differences = await element.locator('.differences tbody tr').first().locator('th, td').allInnerTexts();
    await page.keyboard.press('Escape');
    await element.locator('.pane').waitFor({ state: 'detached' });
    const after = await visit.focus();
    await page.keyboard.press('Tab');
    const left = await page.evaluate(() => document.activeElement.id);

    // A filter by what is in the details, which the page is told, and away again.
    await visit.rows().nth(1).click();
    await element.locator('.pane .chip').first().click();
    await element.locator('.signs .chip').first().waitFor();
    const filtered = (await visit.told('annals-filter')).map(({ detail }) => detail.filters);
    await element.locator('.signs .chip').first().click();
    await element.locator('.signs').waitFor({ state: 'detached' });

    await element.locator('input').fill('nowhere');
    await element.locator('.empty').waitFor();
    await visit.look('nothing found');
    return {
      ...visit.outcome(),
      sentences,
      count,
      keyboard: { first, moved, inside, after, left },
      differences,
      filtered,
      ready: (await visit.told('annals-ready')).length,
      selected: (await visit.told('annals-select'))[0].detail.event,
      errors: await visit.told('annals-error'),
    };
  },

  async files() {
    const visit = await Visit.begin({ height: 1000 });
    const element = visit.element();
    const seen = {};
    for (const [kind, row] of [['text', 0], ['image', 1]]) {
      await visit.rows().nth(row).click();
      await element.getByRole('button', { name: 'Preview' }).click();
      const preview = element.locator(kind === 'text' ? 'pre.preview' : 'img.preview');
      await preview.waitFor();
      const widthOf = (image) => image.decode().then(() => image.naturalWidth);
      seen[kind] = kind === 'text' ? await text(preview) : await preview.evaluate(widthOf);
      await visit.look(`file, ${kind}`);
    }
    await visit.page.evaluate(() => window.prevented.push('annals-open-file'));
    await visit.rows().nth(0).click();
    await element.getByRole('button', { name: 'Preview' }).click();
    const told = await visit.told('annals-open-file');
    return { ...visit.outcome(), ...seen, told: told.length, previews: await element.locator('.preview').count() };
  },

  /** The first token lives three seconds, and events come all the time. */
  async live() {
    const visit = await Visit.begin({ backend: (count) => newToken(count === 1 ? 3 : 600) });
    const element = visit.element();
    await element.locator('.live.is-live').waitFor();
    const until = Date.now() + 6_000;
    let sent = 0;
    while (Date.now() < until) {
      await happen(`new ${sent++}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await visit.rows().filter({ hasText: `new ${sent - 1}` }).first().waitFor();
    const shown = (await visit.rows().locator('.cell-sentence').allInnerTexts()).filter((one) => /new \d/.test(one));
    await element.locator('.count').filter({ hasText: String(47 + sent) }).waitFor();
    await visit.look('live');
    const numbers = shown.map((one) => Number(/new (\d+)/.exec(one)[1]));
    return { ...visit.outcome(), sent, shown: numbers, tokens: visit.tokens, errors: await visit.told('annals-error') };
  },

  /** The reader has scrolled down, so what comes waits until it is asked for. */
  async waiting() {
    const visit = await Visit.begin();
    const element = visit.element();
    await element.locator('.live.is-live').waitFor();
    await visit.scroll();
    await happen('waits');
    return visit.takeWhatWaits();
  },

  /** An event comes before the tail is there, and is read once the reader has scrolled down. */
  async waiting_from_before() {
    const held = { '/tail': undefined, 'limit=20': undefined };
    const visit = await Visit.begin({
      before: async (page) => {
        for (const what of Object.keys(held)) {
          const mayGo = new Promise((done) => (held[what] = done));
          await page.route((url) => url.href.includes(what), (route) => mayGo.then(() => route.continue()));
        }
      },
    });
    await happen('waits');
    // Once it was read, no tail that begins later gives it.
    await read('/api/history/events?limit=1');
    held['/tail']();
    await visit.element().locator('.live.is-live').waitFor();
    await visit.scroll();
    const newest = visit.page.waitForResponse((response) => response.url().includes('limit=20'));
    held['limit=20']();
    await (await newest).finished();
    await visit.drawn();
    return visit.takeWhatWaits();
  },

  /** The element is scrolled away, and an event comes meanwhile. */
  async away() {
    const visit = await Visit.begin();
    const { page } = visit;
    const element = visit.element();
    await element.locator('.live.is-live').waitFor();
    const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/tail'));
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await ended;
    await happen('meanwhile');
    const [tail] = await Promise.all([
      page.waitForRequest((request) => request.url().includes('/tail')),
      page.evaluate(() => scrollTo(0, 0)),
    ]);
    await visit.rows().filter({ hasText: 'meanwhile' }).waitFor();
    return { ...visit.outcome(), resumed: new URL(tail.url()).searchParams.has('cursor') };
  },

  /** The page is hidden for more than a minute, as in another tab, and an event comes meanwhile. */
  async hidden() {
    const visit = await Visit.begin({ clock: true });
    const { page } = visit;
    await visit.element().locator('.live.is-live').waitFor();
    const show = (visibility) =>
      page.evaluate((state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, visibility);
    const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/tail'));
    await show('hidden');
    // It comes while the tail is still there, but nobody looks.
    await happen('unseen');
    await visit.element().locator('.pill').waitFor();
    await page.clock.fastForward(61_000);
    await ended;
    await happen('meanwhile');
    await show('visible');
    await visit.rows().filter({ hasText: 'meanwhile' }).waitFor();
    await visit.rows().filter({ hasText: 'unseen' }).waitFor();
    return { ...visit.outcome(), waits: await visit.element().locator('.pill').count() };
  },

  async token_fails() {
    let works = false;
    const visit = await Visit.begin({
      waits: false,
      backend: () => {
        if (works) return newToken();
        throw new Error('signed out');
      },
    });
    const element = visit.element();
    await element.getByRole('alert').first().waitFor();
    const said = await text(element.getByRole('alert').first());
    const alerts = await element.getByRole('alert').count();
    await visit.look('session ended');
    const errors = (await visit.told('annals-error')).map(({ detail }) => detail.code);
    works = true;
    await element.getByRole('button', { name: 'Try again' }).click();
    await visit.rows().first().waitFor();
    return { ...visit.outcome(), text: said, alerts, errors, after: await element.getByRole('alert').count() };
  },

  /** The backend gives tokens of two seconds and a busy machine longer ones, until the record is shown, and then no more. */
  async session_ends() {
    let shown = false;
    const visit = await Visit.begin({
      waits: false,
      backend: (count) => {
        if (!shown) return newToken(2 ** count);
        throw new Error('signed out');
      },
    });
    const element = visit.element();
    const again = element.getByRole('button', { name: 'Try again' }).first();
    const row = visit.rows().first();
    for (let tries = 0; tries < 5 && !(await row.isVisible()); tries++) {
      await row.or(again).first().waitFor();
      await again.click({ timeout: 1_000 }).catch(() => undefined);
    }
    await row.waitFor();
    shown = true;
    await element.getByRole('alert').waitFor({ timeout: 2 ** visit.tokens * 1_000 + TIMEOUT });
    await visit.look('session ended, with events');
    return { ...visit.outcome(), text: await text(element.getByRole('alert')), kept: await visit.rows().count() };
  },

  async no_token() {
    const visit = await Visit.begin({ waits: false });
    const element = visit.element();
    await element.getByRole('alert').first().waitFor();
    // The page is told a moment after the element has drawn it.
    await visit.page.waitForFunction(() => window.told.some(({ name }) => name === 'annals-error'));
    return { ...visit.outcome(), text: await text(element.getByRole('alert').first()), errors: await visit.told('annals-error') };
  },

  async hostile() {
    const visit = await Visit.begin({ height: 1000 });
    const { page } = visit;
    await visit.rows('second').first().waitFor();
    const style = (id, part) =>
      visit.element(id).locator(part).first().evaluate((element) => {
        const { color, fontSize, textTransform, letterSpacing, backgroundColor } = getComputedStyle(element);
        return { color, fontSize, textTransform, letterSpacing, backgroundColor };
      });
    const styles = { sentence: await style('history', '.cell-sentence'), button: await style('history', 'button') };
    await visit.rows().first().click();
    await visit.element().locator('.details').waitFor();
    const drawn = await visit.element().evaluate((element) => element.shadowRoot.querySelectorAll('img, script, iframe').length);
    const sentence = await text(visit.element().locator('.details .title'));
    await visit.look('hostile');
    const second = await visit.rows('second').count();
    // A framework moves the element; another copy of the script comes; an element goes and comes.
    await page.evaluate(() => document.body.append(document.querySelector('#history')));
    const moved = { rows: await visit.rows().count(), open: await visit.element().locator('.details').count() };
    await page.evaluate(async () => {
      const element = document.querySelector('#second');
      element.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      window.emptied = element.shadowRoot.childElementCount;
      document.body.append(element);
    });
    await visit.rows('second').first().waitFor();
    const emptied = await page.evaluate(() => window.emptied);
    const leaks = await page.evaluate(() => ({
      ran: window.ran ?? null,
      sheets: document.adoptedStyleSheets.length,
      title: document.title,
      stored: localStorage.length + sessionStorage.length,
    }));
    return { ...visit.outcome(), styles, drawn, sentence, second, moved, emptied, leaks };
  },

  /** The page changes everything that it can. */
  async properties() {
    const visit = await Visit.begin();
    const { page } = visit;
    const element = visit.element();
    const set = (properties) => page.evaluate((given) => Object.assign(document.querySelector('#history'), given), properties);
    await set({
      filters: { source_id: 'Aiko Tanaka', event_type_id: ['invoice.commented'], nonsense: 1 },
      templates: { 'invoice.commented': '{actor} wrote: {data.message}' },
      messages: { clear_filters: 'Show everything' },
      timeZone: 'Asia/Tokyo',
    });
    await element.locator('.signs .chip').first().waitFor();
    await visit.rows().filter({ hasText: 'Aiko Tanaka wrote: Called the customer, note 3' }).first().waitFor();
    const sentences = await visit.rows().locator('.cell-sentence').allInnerTexts();
    const signs = await element.locator('.signs button').allInnerTexts();
    const clock = await text(visit.rows().first().locator('.cell-time'));
    const filters = await page.evaluate(() => document.querySelector('#history').filters);
    await page.evaluate(() => window.prevented.push('annals-select'));
    await visit.rows().first().click();
    await page.waitForFunction(() => window.told.some((one) => one.name === 'annals-select'));
    const panes = await element.locator('.pane').count();
    await element.getByRole('button', { name: 'Show everything' }).click();
    await element.locator('.signs').waitFor({ state: 'detached' });
    // The token does not show this record.
    await page.evaluate(() => document.querySelector('#history').setAttribute('record-id', '8'));
    await element.locator('.empty').waitFor();
    await visit.look('no events');
    const empty = await text(element.locator('.empty-title'));
    await page.evaluate(() => document.querySelector('#history').removeAttribute('record-id'));
    await visit.rows().first().waitFor();
    const records = await element.locator('.cell-record bdi').count();
    return { ...visit.outcome(), sentences, signs, clock, filters, panes, empty, records: records > 0 };
  },

  async looks() {
    const seen = {};
    const faults = {};
    const said = [];
    for (const [state, options] of Object.entries({
      'column': { path: '/column' },
      'column, dark': { path: '/column', scheme: 'dark' },
      'German': { path: '/german', locale: 'de-DE' },
      'dark': { path: '/dark' },
      'phone': { path: '/', width: 360, height: 740 },
    })) {
      const visit = await Visit.begin({ width: 1440, height: 900, ...options });
      const element = visit.element();
      await element.locator('.histogram rect').first().waitFor({ state: 'attached' });
      await element.locator('.count').filter({ hasText: /\d/ }).waitFor();
      await visit.look(state);
      const ground = await element.locator('.annals').evaluate((frame) => getComputedStyle(frame).backgroundColor);
      const list = { texts: await element.locator('.main').innerText(), ground };
      await visit.rows().nth(1).click();
      await element.locator('.details').waitFor();
      await visit.look(`${state}, details`);
      const overflow = await element.evaluate((host) => {
        const frame = host.shadowRoot.querySelector('.annals');
        return Math.max(...[...frame.querySelectorAll('.board, .pane, .pane-body, .main')].map((part) => part.scrollWidth - part.clientWidth));
      });
      const isOver = await element.locator('.pane.over').count();
      const focus = await visit.focus();
      let back;
      if (isOver > 0) {
        await element.locator('.pane header button').click();
        await element.locator('.pane').waitFor({ state: 'detached' });
        back = await visit.focus();
      }
      seen[state] = { ...list, overflow, isOver, focus, back };
      Object.assign(faults, visit.faults);
      said.push(...visit.said);
      await visit.page.context().close();
    }
    return { seen, faults, said };
  },

  async gone() {
    const token = await newToken();
    const visit = await Visit.begin({ backend: () => token });
    const element = visit.element();
    await element.locator('.live.is-live').waitFor();
    await ask('stop');
    await element.locator('.live.is-away').waitFor();
    await visit.look('service gone');
    const kept = await visit.rows().count();
    await visit.page.evaluate(() => document.querySelector('#history').reload());
    await element.getByRole('alert').waitFor();
    await visit.look('service gone, read anew');
    const told = await text(element.getByRole('alert'));
    const errors = (await visit.told('annals-error')).map(({ detail }) => detail.code);
    await ask('start');
    await visit.rows().first().waitFor();
    await element.locator('.live.is-live').waitFor();
    return { faults: visit.faults, kept, told, errors, alerts: await element.getByRole('alert').count() };
  },

  async uncounted() {
    const token = await newToken();
    const visit = await Visit.begin({ backend: () => token });
    const { page } = visit;
    const element = visit.element();
    const bars = element.locator('.histogram rect').first();
    const error = element.locator('.bars-error');
    await bars.waitFor({ state: 'attached' });
    // The list's answer takes so long that the service is back before it is there. The bars have given up by then.
    let goOn;
    const isBack = new Promise((done) => (goOn = done));
    await page.route(/[?&]limit=100\b/, (route) => isBack.then(() => route.continue()).catch(() => undefined));
    await ask('stop');
    await page.evaluate(() => document.querySelector('#history').reload());
    await error.waitFor();
    await visit.look('not counted');
    const told = await text(error);
    await ask('start');
    goOn();
    await visit.rows().first().waitFor();
    await bars.waitFor({ state: 'attached' });
    const alerts = await element.getByRole('alert').count();

    // Without a tail, nothing tells that the service can be reached.
    await element.locator('.live').click();
    await page.route(/[?&]limit=1\b/, (route) => route.abort());
    await page.evaluate(() => document.querySelector('#history').reload());
    await error.waitFor();
    await page.unroute(/[?&]limit=1\b/);
    await error.getByRole('button').click();
    await bars.waitFor({ state: 'attached' });
    return { faults: visit.faults, told, alerts, alertsOfButton: await element.getByRole('alert').count() };
  },
};

try {
  console.log(JSON.stringify(await stories[storyName]()));
} finally {
  await browser.close();
}
