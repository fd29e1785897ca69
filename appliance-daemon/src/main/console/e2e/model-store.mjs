// The model store: a model comes in, is checked, and goes by its name only.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { accessible, expect, go, settled, signIn, watched, way } from './steps.mjs';
import { tinyModel } from './tiny-model.mjs';

export async function modelStore(browser, out) {
  const step = way();
  const page = await watched(browser);
  const dialog = page.getByRole('dialog');
  const shot = async (name) => {
    await settled(page);
    await page.screenshot({ path: join(out, `${name}-light.png`) });
    await accessible(page, name);
  };
  const directory = tinyModel();
  await signIn(page);

  await step('anImportThatCannotBeIsRefusedAtItsField', async () => {
    await go(page, '/model-store?new=1');
    await dialog.getByLabel('Directory or archive', { exact: false }).first().fill('/no/such/model');
    await dialog.getByRole('button', { name: 'Begin the import' }).click();
    await dialog.getByRole('alert').waitFor();
    await shot('model-store-refused');
  });

  await step('aModelIsImportedFromADiskAndItsProgressIsShown', async () => {
    await dialog.getByLabel('Directory or archive', { exact: false }).first().fill(directory);
    await dialog.getByLabel('Name', { exact: false }).last().fill('demo/stored');
    await dialog.getByRole('button', { name: 'Begin the import' }).click();
    await page.locator('section[aria-label="demo/stored"]').getByText('imported', { exact: true }).first().waitFor();
    await shot('model-store-imported');
  });

  await step('itIsCheckedToItsLastByte', async () => {
    await page.getByRole('tab', { name: 'Models' }).click();
    await page.getByRole('row', { name: /demo\/stored/ }).getByRole('button').click();
    await page.getByRole('menuitem', { name: 'Check every byte' }).click();
    await page.getByRole('row', { name: /demo\/stored.*sound.*every byte/ }).waitFor();
    await page.getByRole('button', { name: 'Actions for demo/stored' }).click();
    await page.getByRole('menuitem', { name: 'Show' }).click();
    await dialog.getByText('config.json').waitFor();
    await shot('model-store-model');
    await page.keyboard.press('Escape');
  });

  await step('itIsDeletedByItsNameOnly', async () => {
    await page.getByRole('button', { name: 'Actions for demo/stored' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled(), 'it can be deleted without its name');
    await dialog.getByRole('textbox').fill('demo/stored');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No models yet').waitFor();
  });

  await step('nothingOfTheModelStoreBrokeTheSecurityPolicy', async () => {
    await settled(page);
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
  rmSync(directory, { recursive: true });
}
