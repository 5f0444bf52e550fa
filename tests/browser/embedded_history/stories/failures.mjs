import { TIMEOUT } from '../browser.mjs';
import { ask, newToken } from '../service.mjs';
import { Visit, text } from '../visit.mjs';

export async function token_fails() {
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
}

/** The backend gives tokens of two seconds and a busy machine longer ones, until the record is shown, and then no more. */
export async function session_ends() {
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
}

export async function no_token() {
  const visit = await Visit.begin({ waits: false });
  const element = visit.element();
  await element.getByRole('alert').first().waitFor();
  // The page is told a moment after the element has drawn it.
  await visit.page.waitForFunction(() => window.told.some(({ name }) => name === 'annals-error'));
  return { ...visit.outcome(), text: await text(element.getByRole('alert').first()), errors: await visit.told('annals-error') };
}

export async function gone() {
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
}

export async function uncounted() {
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
}
