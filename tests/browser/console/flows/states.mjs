/** Looks at every page, light and dark, wide and narrow: at what is in the way of people, and at how it looks. */
export async function states(visit, given) {
  const complaints = [];
  const overflows = [];
  const sizes = { wide: [1440, 900], narrow: [360, 740] };
  const visitor = await visit({ width: sizes[given.size][0], height: sizes[given.size][1], scheme: given.scheme, language: given.language });
  const { page } = visitor;
  const look = async (name) => {
    complaints.push(...(await visitor.complaints()).map((one) => `${name}: ${one}`));
    if ((await visitor.overflow()) > 0) overflows.push(name);
    await visitor.picture(`${given.size}-${given.scheme}-${name}`);
  };
  await visitor.go('#/tenants');
  await page.locator('form').waitFor();
  await look('sign-in');
  await page.locator('input[name=secret]').fill(given.key);
  await page.locator('button[type=submit]').click();

  for (const [name, hash, ready] of given.pages) {
    await page.evaluate((to) => (location.hash = to), hash);
    await page.locator(ready).first().waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-busy=true], .skeletons') === null);
    await look(name);
  }
  await page.evaluate((to) => (location.hash = to), `#/t/${given.client}/history`);
  await visitor.rows().first().waitFor();
  for (const [name, opener] of given.dialogs) {
    await page.locator(opener).first().click();
    await page.locator('dialog[open]').waitFor();
    await look(name);
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
  }
  await visitor.rows().nth(2).click();
  await page.locator('.peek .facts').waitFor();
  await look('peek');
  return { complaints, overflows, lang: await page.evaluate(() => document.documentElement.lang) };
}
