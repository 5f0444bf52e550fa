/** Scrolls far through a history of any length, and jumps to its middle. */
export async function large(visit, given) {
  const visitor = await visit({ session: { kind: 'key', key: given.key } });
  const { page } = visitor;
  let asked = 0;
  page.on('request', (request) => {
    if (/\/api\/history\/events\?/.test(request.url())) asked++;
  });
  await visitor.go(`#/t/${given.client}/history?live=off`);
  await visitor.rows().first().waitFor();
  const count = await page.getByText(/events found$/).innerText();
  const atStart = asked;
  let mostNodes = 0;
  let deepest = 0;
  for (let step = 0; step < given.steps; step++) {
    const before = deepest;
    await page.locator('.scroller').evaluate((element) => (element.scrollTop = element.scrollHeight));
    await page.waitForFunction((index) => {
      const rows = [...document.querySelectorAll('[role=row][data-event-id]')];
      return rows.length > 0 && Number(rows[rows.length - 1].getAttribute('aria-rowindex')) > index;
    }, before);
    const seen = await page.evaluate(() => {
      const rows = [...document.querySelectorAll('[role=row][data-event-id]')];
      return { nodes: document.querySelectorAll('*').length, deepest: Number(rows[rows.length - 1].getAttribute('aria-rowindex')) };
    });
    mostNodes = Math.max(mostNodes, seen.nodes);
    deepest = seen.deepest;
  }
  const scrolled = asked - atStart;

  // Back to the top: what was given up is read again.
  await page.locator('.scroller').evaluate((element) => (element.scrollTop = 0));
  await page.waitForFunction(() => document.querySelector('[role=row][data-event-id][aria-rowindex="2"]') !== null);
  const first = await visitor.rows().first().getAttribute('data-event-id');

  await page.evaluate((hash) => (location.hash = hash), `#/t/${given.client}/history?live=off&at=${encodeURIComponent(given.middle)}`);
  await page.getByRole('button', { name: 'Back to the newest' }).waitFor();
  await visitor.rows().first().waitFor();
  const jumped = await visitor.rows().first().locator('time').getAttribute('datetime');
  await visitor.picture('large');
  return { count, deepest, mostNodes, scrolled, first, jumped };
}
