// Models are tried by whoever is signed in: on behalf of a project, with no key at hand.
import { join } from 'node:path';

import { accessible, admin, check, expect, go, settled, signIn, watched } from './steps.mjs';

export async function playground(browser, out) {
  const page = await watched(browser);
  await signIn(page);

  await check('modelsAreTriedOnBehalfOfAProjectWithoutAKey', async () => {
    await go(page, '/playground?model=sim-small,sim-cloud');
    await settled(page);
    await page.getByLabel('Prompt', { exact: true }).fill('What does a gatehouse do?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Choose a project', { exact: true }).last().waitFor();
    await page.getByRole('combobox', { name: 'On behalf of' }).or(page.getByLabel('On behalf of')).first().click();
    await page.getByRole('option').first().click();
    const [request] = await Promise.all([page.waitForRequest('**/v1/chat/completions'), page.getByRole('button', { name: 'Send' }).click()]);
    expect(/^Bearer ghk_/.test(request.headers()['authorization']), 'no key of the box was sent');
    await page.getByText('Finished', { exact: false }).or(page.getByText('In the audit trail')).first().waitFor({ timeout: 30_000 });
    await page.getByText('In the audit trail').nth(1).waitFor({ timeout: 30_000 });
    await page.screenshot({ path: join(out, 'playground-session-light.png'), fullPage: true });
    await accessible(page, 'playground');
  });

  await check('oneKeyServesAllTriesAndEndsByItself', async () => {
    const keys = async () => (await admin('GET', '/keys?limit=1000')).items.filter((key) => key.name.startsWith('playground '));
    const [key, ...more] = await keys();
    expect(key && more.length === 0, `${more.length + 1} keys for one person and project`);
    const left = Date.parse(key.expiresAt) - Date.now();
    expect(left > 0 && left <= 15 * 60_000, `it ends in ${left} ms`);
    const before = key.publicId;
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('In the audit trail').nth(1).waitFor({ timeout: 30_000 });
    expect((await keys())[0].publicId === before, 'a secret for each call');
    const row = (await admin('GET', `/audit?kind=call&key=${key.id}&limit=1`)).items[0].record;
    expect(row.keyId === key.id || row.key === key.id || JSON.stringify(row).includes(key.id), 'the call stands under another key');
  });

  await check('aSecretThatHasEndedIsRenewedOnce', async () => {
    const key = (await admin('GET', '/keys?limit=1000')).items.find((one) => one.name.startsWith('playground '));
    await admin('POST', `/keys/${key.id}/rotate`, { overlapSeconds: 0 });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('In the audit trail').nth(1).waitFor({ timeout: 30_000 });
    expect(!(await page.getByRole('alert').isVisible()), 'the refusal was shown');
  });

  await check('nothingBrokeThePolicyInThePlayground', async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
}
