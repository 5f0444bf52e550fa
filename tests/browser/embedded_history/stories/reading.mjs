import { Visit, text } from '../visit.mjs';

export async function reading() {
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
}

export async function files() {
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
}

/** The page changes everything that it can. */
export async function properties() {
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
}
