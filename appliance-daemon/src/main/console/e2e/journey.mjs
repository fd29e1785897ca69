// The way that every new customer goes: department, project, key, call, and the call found again in usage and audit.
import { admin, box, call, expect, giveToken, go, settled, signIn, until, watched, way } from './steps.mjs';

const EVIL = '<img src=x onerror=alert(1)>';

export async function journey(browser) {
  const step = way();
  const page = await watched(browser);
  let secret = '';

  await step('aWrongTokenIsRefusedWithAReason', async () => {
    await page.goto(`${box.console}`);
    await giveToken(page, 'gha_wrong');
    await page.getByRole('alert').getByText('token').first().waitFor();
  });

  await step('theTokenSignsInAndIsKeptNowhere', async () => {
    await signIn(page);
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie);
    expect(!kept.includes(box.adminToken), `the token is in the browser's storage: ${kept}`);
  });

  await step('aDepartmentIsCreated', async () => {
    await go(page, '/departments');
    await page.getByRole('button', { name: 'Create department' }).click();
    await page.getByLabel('Name', { exact: false }).first().fill('Legal');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('link', { name: 'Legal' }).waitFor();
  });

  await step('aNameThatIsTakenIsSaidAtItsField', async () => {
    await page.getByRole('button', { name: 'Create department' }).click();
    const name = page.getByRole('dialog').getByLabel('Name', { exact: false }).first();
    await name.fill('Legal');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
  });

  await step('aProjectIsCreatedInIt', async () => {
    await page.getByRole('link', { name: 'Legal' }).click();
    await page.getByRole('button', { name: 'Create project' }).first().click();
    await page.getByRole('dialog').getByLabel('Name', { exact: false }).first().fill('contracts');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('link', { name: 'contracts' }).waitFor();
  });

  await step('aKeyIsCreatedAndShownOnce', async () => {
    await page.getByRole('link', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: false }).first().fill('contracts-app');
    await dialog.getByLabel('Requests a minute').fill('600');
    await dialog.getByLabel('Budget a month', { exact: false }).fill('25');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    secret = await page.locator('pre[aria-label="The key"]').innerText();
    expect(/^ghk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/.test(secret), `no key: ${secret}`);
    await page.keyboard.press('Escape');
    expect(await page.locator('pre[aria-label="The key"]').isVisible(), 'the dialog closed although nobody said that the key is stored');
  });

  await step('theKeyCanBeCopiedWithoutTheClipboardApi', async () => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    await page.getByRole('button', { name: 'Copy: The key' }).click();
    await page.getByRole('button', { name: 'Copy: The key' }).getByText('Copied').waitFor();
    expect((await page.evaluate(() => String(getSelection()))).trim() === secret, 'the key is not selected');
    await page.getByLabel('I have stored the key').check();
    await page.getByRole('button', { name: 'Done' }).click();
  });

  await step('aCallWithItIsFoundInTheAuditTrail', async () => {
    const answer = await call(secret, 'sim-small', { 'x-gatehouse-scenario': 'contract-review' });
    expect(answer.status === 200, `the call got ${answer.status}`);
    await go(page, `/audit?requestId=${answer.headers.get('x-request-id')}`);
    await page.locator('tbody [data-row]').first().click();
    await page.getByRole('heading', { level: 1, name: 'Call to sim-small' }).waitFor();
    await page.getByText('Waiting for the first byte', { exact: false }).waitFor();
    await page.getByText('contract-review').first().waitFor();
    await page.getByRole('link', { name: 'contracts-app' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'contracts-app' }).waitFor();
  });

  await step('itsKeyShowsWhatRemainsOfItsLimits', async () => {
    const bounds = page.getByRole('table', { name: 'Limits and what remains' });
    await bounds.getByText('Requests a minute').first().waitFor();
    await bounds.getByText('$25.00').first().waitFor();
  });

  await step('theCallIsInUsageUnderItsDepartmentAndTheSumIsTheSumOfTheLines', async () => {
    await go(page, '/usage?range=today');
    await page.getByRole('button', { name: 'Legal' }).waitFor();
    // In one look, because the figures go on while others call.
    const { rows, foot } = await page.evaluate(() => {
      const figure = (line) => Number(line.querySelectorAll('td')[3].textContent.replaceAll(',', ''));
      return { rows: [...document.querySelectorAll('table tbody tr')].map(figure), foot: figure(document.querySelector('table tfoot tr')) };
    });
    expect(rows.reduce((a, b) => a + b, 0) === foot && foot > 0, `${rows} do not make ${foot}`);
    await page.getByRole('button', { name: 'Legal' }).click();
    await page.getByText('contracts', { exact: true }).first().waitFor();
  });

  await step('aKeyIsRotatedWithOverlapAndBothSecretsWork', async () => {
    await go(page, '/keys?q=contracts-app');
    await page.getByRole('button', { name: 'Actions for contracts-app' }).click();
    await page.getByRole('menuitem', { name: 'Rotate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
    const fresh = await page.locator('pre[aria-label="The key"]').innerText();
    expect(fresh !== secret, 'the secret is the same');
    await page.getByLabel('I have stored the key').check();
    await page.getByRole('button', { name: 'Done' }).click();
    for (const one of [secret, fresh]) expect((await call(one, 'sim-small')).status === 200, 'a secret does not work in the overlap');
    secret = fresh;
  });

  await step('thePlaygroundAsksTwoModelsAtOnceAndSaysWhatTheyCost', async () => {
    await go(page, '/playground?model=sim-small,sim-cloud');
    const key = page.getByLabel('Key to call with', { exact: false }).first();
    expect((await key.inputValue()) === secret, 'the key that was just made is not offered');
    await page.getByLabel('Prompt', { exact: true }).fill('Say something short.');
    await page.getByRole('button', { name: 'Send' }).click();
    for (const model of ['sim-small', 'sim-cloud']) {
      const answer = page.getByRole('region', { name: `Answer of ${model}` }).or(page.locator(`section[aria-label="Answer of ${model}"]`));
      await answer.getByText('[simulated]', { exact: false }).waitFor();
      await answer.getByText('$0.0', { exact: false }).waitFor();
    }
  });

  await step('aKeyIsRevokedByItsNameOnly', async () => {
    await go(page, '/keys?q=contracts-app');
    await page.getByRole('button', { name: 'Actions for contracts-app' }).click();
    await page.getByRole('menuitem', { name: 'Revoke' }).click();
    const revoke = page.getByRole('dialog').getByRole('button', { name: 'Revoke' });
    expect(await revoke.isDisabled(), 'it can be revoked without its name');
    await page.getByRole('dialog').getByRole('textbox').fill('contracts-app');
    await revoke.click();
    await page.getByRole('row', { name: /contracts-app.*revoked/ }).waitFor();
    expect((await call(secret, 'sim-small')).status === 401, 'the revoked key still works');
  });

  await step('twoAdminsWhoChangeOneThingLoseNothing', async () => {
    const { items } = await admin('GET', '/departments?name=Legal');
    await go(page, '/departments');
    await page.getByRole('button', { name: 'Actions for Legal' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Description').fill('mine');
    await admin('PATCH', `/departments/${items[0].id}`, { description: 'theirs' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const conflict = page.getByRole('dialog', { name: 'Changed by somebody else' });
    await conflict.getByRole('cell', { name: 'theirs' }).waitFor();
    await conflict.getByRole('cell', { name: 'mine' }).waitFor();
    await conflict.getByRole('button', { name: 'Save mine over it' }).click();
    await conflict.waitFor({ state: 'detached' });
    await until(async () => (await admin('GET', `/departments/${items[0].id}`)).description === 'mine', 'mine was not saved');
  });

  await step('namesThatLookLikeCodeAreShownAsText', async () => {
    await go(page, '/departments?new=1');
    await page.getByRole('dialog', { name: 'Create department' }).getByLabel('Name', { exact: false }).first().fill(EVIL);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('link', { name: EVIL }).waitFor();
    // A dialog that closes takes its mark out of the address: not behind our back.
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const made = (await admin('GET', '/departments?limit=1000')).items.find((one) => one.name === EVIL);
    await go(page, `/departments/${made.id}`);
    await page.getByRole('heading', { level: 1, name: EVIL }).waitFor();
    await go(page, '/usage');
    await settled(page);
    await admin('DELETE', `/departments/${made.id}`);
  });

  await step('theChainIsVerifiedFromTheScreen', async () => {
    await go(page, '/audit');
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText('The trail is intact').waitFor();
    await page.keyboard.press('Escape');
  });

  await step('aTableIsSavedAsCsv', async () => {
    await go(page, '/keys');
    await settled(page);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save this table as CSV' }).click()]);
    expect(file.suggestedFilename() === 'keys.csv', file.suggestedFilename());
  });

  await step('theKeyboardLeadsEverywhere', async () => {
    await go(page, '/keys');
    await settled(page);
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.getByRole('heading', { level: 1, name: 'Models and routes' }).waitFor();
    await settled(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: '← All models' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search or jump to …').last().fill('gpu');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'GPUs' }).waitFor();
  });

  await step('itSpeaksChinese', async () => {
    await page.getByRole('button', { name: '切换到简体中文' }).click();
    await page.getByRole('heading', { level: 1, name: 'GPU' }).waitFor();
    await go(page, '/keys');
    await page.getByRole('heading', { level: 1, name: '密钥' }).waitFor();
    expect((await page.evaluate(() => document.documentElement.lang)) === 'zh-CN', 'the page does not say its language');
    await page.getByRole('button', { name: 'Switch to English' }).click();
  });

  await step('aDeepLinkLeadsThereAfterSigningIn', async () => {
    const stranger = await watched(browser);
    await stranger.goto(`${box.console}models`);
    await giveToken(stranger);
    await stranger.getByRole('heading', { level: 1, name: 'Models and routes' }).waitFor();
    await stranger.context().close();
  });

  await step('nothingBrokeTheSecurityPolicyOrWentElsewhere', async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
}
