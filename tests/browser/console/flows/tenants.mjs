/** Makes a tenant, gives its secret to somebody who uses it, changes it in every way, and deletes it. */
export async function tenant(visit, given) {
  const visitor = await visit();
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await visitor.go('#/tenants');
  await visitor.signIn();
  await visitor.button('New tenant').click();
  await dialog.getByLabel('Label').fill(given.label);
  await dialog.getByRole('button', { name: 'New tenant' }).click();
  const taken = await dialog.locator('.field-problem').innerText();
  await dialog.getByLabel('Label').fill('Söhne & Co');
  const suggested = await dialog.getByLabel('Database name').inputValue();
  await dialog.getByRole('button', { name: 'New tenant' }).click();
  await dialog.getByText('shown this once').waitFor();
  const [id, secret] = await dialog.locator('pre').allInnerTexts();
  await page.keyboard.press('Escape');
  const stays = await dialog.isVisible();
  await visitor.picture('secret');
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('link', { name: 'Söhne & Co' }).waitFor();

  const owner = await visit();
  await owner.go();
  await owner.page.getByText('Tenant secret').click();
  await owner.page.getByLabel('Client id').fill(id);
  await owner.page.getByLabel('Secret', { exact: true }).fill(secret);
  await owner.button('Sign in').click();
  await owner.page.getByText('No events yet').waitFor();
  const sent = await fetch(`${given.url}/api/events`, {
    method: 'POST',
    headers: { 'X-Client-Secret': secret, 'X-Client-Id': id, 'Content-Type': 'application/json' },
    body: JSON.stringify({ record_id: 1, event_type_id: 1, source_type_id: 1, source_id: 1, event_data: ['the first of all'] }),
  });
  if (sent.status !== 201) throw new Error(await sent.text());
  await owner.page.getByText('the first of all').waitFor();
  const places = await owner.page.getByRole('navigation').getByRole('link').allInnerTexts();

  const act = async (name) => {
    await page.getByLabel('Actions for Söhne & Co').click();
    await page.getByRole('button', { name, exact: true }).click();
    await dialog.waitFor();
  };
  await act('Settings');
  await dialog.getByLabel('Days to keep events').fill('90');
  await dialog.getByLabel('Stored bytes').fill('1000000');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('90 days').waitFor();
  await act('Suspend');
  await dialog.getByRole('button', { name: 'Suspend' }).click();
  await page.getByText('suspended', { exact: true }).waitFor();
  await act('Resume');
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('suspended', { exact: true }).waitFor({ state: 'detached' });
  await act('New secret');
  await dialog.getByRole('button', { name: 'New secret' }).click();
  const rotated = await dialog.locator('pre').innerText();
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await act('Delete');
  const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
  await dialog.getByLabel('Type').fill('Söhne');
  const isEarly = await remove.isEnabled();
  await dialog.getByLabel('Type').fill('Söhne & Co');
  await remove.click();
  await visitor.hears('Söhne & Co is gone');
  await page.getByRole('link', { name: 'Söhne & Co' }).waitFor({ state: 'detached' });
  return { taken, suggested, id, stays, places, isRotated: rotated !== secret, isEarly };
}
