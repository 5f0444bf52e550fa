import { Visit, text } from '../visit.mjs';

export async function looks() {
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
}

export async function hostile() {
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
}
