/** Finds an event by a word, follows its record, looks at its file and at the history of one field. */
export async function record(visit, given) {
  const visitor = await visit();
  const { page } = visitor;
  await visitor.go();
  await visitor.signIn();
  await page.getByRole('combobox', { name: 'Tenant' }).selectOption({ label: given.label });
  await visitor.rows().first().waitFor();
  await page.getByRole('searchbox').fill('offer');
  await page.waitForFunction(() => document.querySelectorAll('[role=row][data-event-id]').length === 1);
  const sentence = await visitor.rows().first().locator('.sentence').innerText();
  await visitor.rows().first().click();
  const peek = page.getByRole('complementary', { name: 'The chosen event' });
  await peek.getByRole('button', { name: 'Preview' }).click();
  const text = await peek.locator('pre.preview').innerText();
  const fileName = await peek.locator('.file-name bdi').innerText();
  const digest = await peek.locator('.digest code').innerText();
  // The link opens a window. If that is there before the download begins, it has the download, and not the page.
  const downloading = page.context().waitForEvent('download');
  await peek.getByRole('button', { name: 'Download' }).click();
  const downloaded = (await downloading).suggestedFilename();

  await peek.getByRole('link', { name: 'Life of this record' }).click();
  await page.getByRole('heading', { level: 1, name: given.record }).waitFor();
  await page.getByText('This is the beginning.').waitFor();
  const changes = await page.locator('.differences tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.children].map((cell) => cell.innerText.trim())),
  );
  const removed = await page.locator('.differences del').allInnerTexts();
  const added = await page.locator('.differences ins').allInnerTexts();
  const image = page.locator('.life-event', { has: page.locator('.attachment') }).last();
  await image.getByRole('button', { name: 'Preview' }).click();
  const drawn = await image.locator('img.preview').evaluate(async (shown) => {
    await shown.decode();
    return shown.naturalWidth;
  });
  const contract = page.locator('.life-event', { has: page.locator('.attachment') }).first();
  await contract.getByRole('button', { name: 'Preview' }).click();
  const document = await contract.locator('iframe.preview').getAttribute('src');
  await visitor.picture('record');
  await page.getByRole('region', { name: 'Fields' }).getByRole('button', { name: /status/ }).click();
  await page.waitForFunction(() => location.hash.includes('field=status'));
  const ofField = await page.locator('.life-event').count();
  return { sentence, text, fileName, digest, downloaded, changes, removed, added, drawn, document, ofField };
}

/** Narrows a history, and gives the link to somebody with another key. */
export async function share(visit, given) {
  const first = await visit();
  await first.go(`#/t/${given.client}/history`);
  await first.signIn();
  await first.rows().first().waitFor();
  await first.button('Filter').click();
  await first.page.getByRole('dialog').getByRole('button', { name: /^Approved/ }).click();
  await first.page.locator('summary', { hasText: 'All time' }).click();
  await first.button('Last 30 days').click();
  await first.page.waitForFunction(() => location.hash.includes('from=-30d'));
  await first.page.getByText(/^\d+ events? found$/).waitFor();
  const count = await first.page.getByText(/^\d+ events? found$/).innerText();
  await first.page.keyboard.press('c');
  const dialog = first.page.getByRole('dialog', { name: 'Copy link' });
  const copied = async (label) => {
    const before = await first.page.evaluate(() => navigator.clipboard.readText());
    await dialog.getByTitle(`Copy: ${label}`).click();
    await first.page.waitForFunction(async (old) => (await navigator.clipboard.readText()) !== old, before);
    return first.page.evaluate(() => navigator.clipboard.readText());
  };
  const moving = await copied('Link that moves with time');
  const frozen = await copied('Link to exactly these events');
  await first.page.keyboard.press('Escape');
  await first.page.goBack();
  await first.page.waitForFunction(() => !location.hash.includes('from='));
  const back = await first.page.locator('.pill').allInnerTexts();
  await first.page.goForward();
  await first.page.waitForFunction(() => location.hash.includes('from=-30d'));
  await first.rows().first().waitFor();
  const ids = await first.rows().evaluateAll((rows) => rows.map((row) => row.dataset.eventId));

  const other = await visit();
  await other.page.goto(moving);
  await other.signIn(given.otherKey);
  await other.rows().first().waitFor();
  const seen = await other.rows().evaluateAll((rows) => rows.map((row) => row.dataset.eventId));
  // Names may come after the rows.
  await other.page.locator('.pill', { hasText: 'Approved' }).waitFor();
  const pills = await other.page.locator('.pill').allInnerTexts();
  const offered = await other.page.getByRole('navigation').getByRole('link').allInnerTexts();
  return { count, back, moving, frozen, ids, seen, pills, offered };
}
