import { happen, newToken, read } from '../service.mjs';
import { Visit } from '../visit.mjs';

/** The first token lives three seconds, and events come all the time. */
export async function live() {
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
}

/** The reader has scrolled down, so what comes waits until it is asked for. */
export async function waiting() {
  const visit = await Visit.begin();
  const element = visit.element();
  await element.locator('.live.is-live').waitFor();
  await visit.scroll();
  await happen('waits');
  return visit.takeWhatWaits();
}

/** An event comes before the tail is there, and is read once the reader has scrolled down. */
export async function waiting_from_before() {
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
}

/** The element is scrolled away, and an event comes meanwhile. */
export async function away() {
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
}

/** The page is hidden for more than a minute, as in another tab, and an event comes meanwhile. */
export async function hidden() {
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
}
