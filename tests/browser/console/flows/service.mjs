/** Names an id that has no name, gives a type of events a sentence, makes a key and takes it away again. */
export async function service(visit, given) {
  const visitor = await visit({ session: { kind: 'key', key: given.key } });
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.go(`#/service/names?tenant=${given.client}`);
  await page.getByLabel('Name of 9').fill('Noted');
  await page.getByText('Sentences').click();
  await page.getByLabel('Id', { exact: true }).fill('4');
  await visitor.button('Add').click();
  await page.getByLabel('Name of 4').fill('{source} wrote about {record}: {data.message}');
  await visitor.button('Save 2 names').click();
  await visitor.hears('The names were saved');
  await page.evaluate((hash) => (location.hash = hash), `#/t/${given.client}/history?event_type_id=4&event_type_id=9`);
  await visitor.rows().first().waitFor();
  const types = await page.locator('.cell-type .hidden').allInnerTexts();
  const sentences = await page.locator('.cell-sentence').allInnerTexts();

  await page.evaluate(() => (location.hash = '#/service/keys'));
  await visitor.button('New key').click();
  await dialog.getByLabel('Name').fill('a reader');
  await dialog.getByLabel('Tenants').selectOption({ label: given.label });
  await dialog.getByRole('button', { name: 'New key' }).click();
  await dialog.getByText('shown this once').waitFor();
  const key = await dialog.locator('pre').innerText();
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  const item = page.getByRole('listitem').filter({ hasText: 'a reader' });
  const facts = await item.innerText();
  const ask = async () => (await fetch(`${given.url}/api/tenants`, { headers: { 'X-API-Key': key } })).status;
  const works = await ask();
  await item.getByRole('button', { name: /^Delete/ }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await item.waitFor({ state: 'detached' });
  const gone = await ask();

  await page.evaluate(() => (location.hash = '#/service/health'));
  await page.getByText('The service is ready.').waitFor();
  const parts = await page.locator('.parts li').allInnerTexts();
  return { types, sentences, facts, works, gone, parts };
}
