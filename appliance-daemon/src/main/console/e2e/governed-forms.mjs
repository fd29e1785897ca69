// Forms that programs and prices need: machine clients from first to last, and what tokens of sound and pictures cost.
import { join } from 'node:path';

import { accessible, admin, check, expect, go, settled, signIn, watched } from './steps.mjs';

export async function governedForms(browser, out) {
  const page = await watched(browser);
  const dialog = page.getByRole('dialog');
  const row = page.getByRole('row', { name: /build-robot/ });
  const shot = async (name) => {
    await page.screenshot({ path: join(out, `${name}-light.png`) });
    await accessible(page, name);
  };
  const choose = async (label, option) => {
    await dialog.getByRole('combobox', { name: label }).or(dialog.getByLabel(label, { exact: false })).first().click();
    await page.getByRole('option', { name: option }).first().click();
  };
  await signIn(page);
  const key = (await admin('GET', '/keys?limit=1&state=active')).items[0];
  // A run before this one may have broken off.
  for (const one of (await admin('GET', '/machine-clients')).items) if (one.name === 'build-robot') await admin('DELETE', `/machine-clients/${one.id}`);

  await check('aMachineClientIsBoundToAKey', async () => {
    await go(page, '/machine-clients');
    await settled(page);
    await page.getByRole('button', { name: 'Add machine client' }).first().click();
    await dialog.getByLabel('Name', { exact: false }).first().fill('build-robot');
    await choose('Key', key.name);
    await dialog.getByLabel('Issuer', { exact: false }).first().fill('https://id.example.com/realms/corp');
    await dialog.getByLabel('Audience', { exact: false }).first().fill('gatehouse');
    await dialog.getByLabel('Its value').fill('build-robot');
    await shot('machine-clients-form');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await row.getByText('sub = build-robot').waitFor();
    await shot('machine-clients');
  });

  await check('itIsBoundToACertificateInstead', async () => {
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await dialog.getByText('Client certificate', { exact: true }).click();
    await dialog.getByLabel('The certificate, or a name in it').fill('nothing');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('The certificate, or a name in it').fill('uri:spiffe://example.com/build-robot');
    await dialog.getByLabel('The key’s own secret is refused').check({ force: true });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('uri:spiffe://example.com/build-robot').waitFor();
    const [stored] = (await admin('GET', '/machine-clients')).items;
    expect(stored.token === null && stored.secretRefused, JSON.stringify(stored));
  });

  await check('itIsSwitchedOffAndDeleted', async () => {
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Switch off' }).click();
    await row.getByText('switched off').waitFor();
    await row.getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('textbox').fill('build-robot');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
  });

  await check('soundAndPicturesHavePricesOfTheirOwn', async () => {
    await go(page, '/prices?new=1');
    await choose('Model', 'sim-small');
    await dialog.getByLabel('Holds from').fill('2040-01-01T00:00');
    await dialog.getByLabel('Input, per million tokens').fill('4');
    await dialog.getByLabel('Sound heard, per million tokens').fill('32');
    await dialog.getByLabel('Pictures made, per million tokens').fill('40');
    await shot('prices-media');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText(/Sound heard, per million tokens .*32/).waitFor();
    const price = (await admin('GET', '/prices?limit=1000')).items.find((one) => one.validFrom.startsWith('2040'));
    expect(Number(price.media.audioInputPerMillion) === 32 && Number(price.media.imageOutputPerMillion) === 40 && price.media.audioOutputPerMillion === null, JSON.stringify(price));
    await admin('DELETE', `/prices/${price.id}`);
  });

  await check('nothingBrokeThePolicyInForms', async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
}
