/** Uses the console without a pointer: signs in, moves in the list, opens, comes back. */
export async function alone(visit, given) {
  const visitor = await visit();
  const { page } = visitor;
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute('aria-label'));
  await visitor.go(`#/t/${given.client}/history`);
  await page.waitForFunction(() => document.activeElement?.name === 'secret');
  await page.keyboard.type(given.key);
  await press('Enter');
  await visitor.rows().first().waitFor();
  await press('Tab');
  const skip = await focused();
  await press('Enter', 'Tab');
  const afterSkip = await focused();
  await page.getByRole('grid').focus();
  await press('ArrowDown', 'ArrowDown');
  const peek = page.getByRole('complementary', { name: 'The chosen event' });
  await peek.getByRole('article').waitFor();
  const second = await page.locator('[role=row][aria-selected=true]').getAttribute('data-event-id');
  await press('Escape');
  await peek.waitFor({ state: 'detached' });
  const returned = await focused();
  await press('End');
  await page.waitForFunction(() => document.querySelector('[role=row][aria-selected=true]') !== null);
  await press('Home', 'Enter');
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  const opened = page.url().includes('/events/');
  // Two keys must follow each other; on a busy machine they may not, and a person would press them again.
  const goBy = async (key, there) => {
    for (let tries = 0; tries < 10 && !(await there.isVisible()); tries++) {
      await press('g', key);
      await there.waitFor({ timeout: 5000 }).catch(() => undefined);
    }
    await there.waitFor();
  };
  await goBy('r', page.getByRole('heading', { name: 'Find a record or an event' }));
  await goBy('h', visitor.rows().first());

  // The bars by keyboard: the last two are chosen and taken.
  const bars = page.getByRole('slider', { name: 'Events over time' });
  await page.waitForFunction(() => Number(document.querySelector('[role=slider]').getAttribute('aria-valuemax')) > 0);
  const barsBegin = (await bars.getAttribute('aria-valuenow')) === (await bars.getAttribute('aria-valuemax')) ? 'newest' : 'older';
  await bars.focus();
  await press('End', 'Shift+ArrowLeft', 'Enter');
  await page.waitForFunction(() => location.hash.includes('from='));
  await press('/');
  await page.keyboard.insertText('offer');
  await page.waitForFunction(() => location.hash.includes('q=offer'));
  await page.getByRole('grid').or(page.getByText('No event has all')).first().waitFor();
  await press('Escape', 'Tab');
  await page.getByRole('grid').or(page.locator('main')).first().focus();
  await press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('find a record').waitFor();
  await press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return { skip, afterSkip, second, returned, opened, barsBegin };
}

/** Sees new events come, without being moved while reading elsewhere. */
export async function live(visit, given) {
  const visitor = await visit({ session: { kind: 'key', key: given.key } });
  const { page } = visitor;
  const send = async (events) => {
    const response = await fetch(`${given.url}/api/events`, {
      method: 'POST',
      headers: { 'X-API-Key': given.key, 'X-Client-Id': given.client, 'Content-Type': 'application/json' },
      body: JSON.stringify(events),
    });
    if (response.status !== 201) throw new Error(await response.text());
  };
  const event = (word) => ({ record_id: 99, event_type_id: 4, source_type_id: 1, source_id: 3, event_data: { message: word } });
  await visitor.go(`#/t/${given.client}/history`);
  await visitor.rows().first().waitFor();
  await page.locator('button[class="live live"]').waitFor();
  await send([event('first light')]);
  await page.getByText('first light').waitFor();
  const top = await visitor.rows().first().innerText();

  const scroller = page.locator('.scroller');
  await scroller.evaluate((element) => (element.scrollTop = 4000));
  await page.waitForFunction(() => document.querySelector('.scroller').scrollTop > 3000);
  await page.locator('.day.pinned').waitFor();
  // The page takes note of how far it is scrolled when it is drawn.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  const before = await scroller.evaluate((element) => element.scrollTop);
  await send([event('second light'), event('third light')]);
  await page.getByRole('button', { name: '2 new' }).waitFor();
  const after = await scroller.evaluate((element) => element.scrollTop);
  await page.getByRole('button', { name: '2 new' }).click();
  await page.getByText('third light').waitFor();
  return { top, moved: after - before };
}

/** Meets a service that is away, slow, and does not know the key any more. */
export async function failures(visit, given) {
  const visitor = await visit({ session: { kind: 'key', key: given.otherKey } });
  const { page } = visitor;
  const history = `#/t/${given.client}/history?q=offer`;
  const result = {};

  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/api/history/events?*', async (route) => {
    await held;
    await route.continue();
  });
  await visitor.go(history);
  await page.locator('.row.skeleton').first().waitFor();
  result.slow = await page.locator('.row.skeleton').count();
  release();
  await visitor.rows().first().waitFor();
  await page.unroute('**/api/history/events?*');

  await page.route('**/api/**', (route) => route.abort());
  await page.getByRole('searchbox').fill('offers');
  await page.getByRole('alert').first().waitFor();
  result.away = await page.getByRole('alert').first().innerText();
  await visitor.picture('away');
  await page.unroute('**/api/**');
  await page.getByRole('searchbox').fill('offer');
  await page.getByRole('alert').first().waitFor({ state: 'detached' });
  await visitor.rows().first().waitFor();

  await page.route(/[?&]limit=1\b/, (route) => route.abort());
  await visitor.go(`${history}s&live=off`);
  const counted = page.locator('.counted');
  await counted.getByText('not counted').waitFor();
  await visitor.picture('uncounted');
  await page.unroute(/[?&]limit=1\b/);
  await counted.getByRole('button', { name: 'Try again' }).click();
  await counted.getByText(/\d/).first().waitFor();
  result.counted = await counted.locator('p').first().innerText();
  await visitor.go(`${history}&live=off`);
  await visitor.rows().first().waitFor();

  const hash = await page.evaluate(() => location.hash);
  const disabled = await fetch(`${given.url}/api/keys/${given.otherKeyId}`, {
    method: 'PATCH',
    headers: { 'X-API-Key': given.key, 'Content-Type': 'application/json' },
    body: '{"disabled":true}',
  });
  if (!disabled.ok) throw new Error(await disabled.text());
  await page.reload();
  await page.getByText('The key is not valid any more').waitFor();
  await visitor.picture('ended');
  result.keptPlace = (await page.evaluate(() => location.hash)) === hash;
  await visitor.signIn();
  await visitor.rows().first().waitFor();
  result.stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, document.cookie]));
  return result;
}
