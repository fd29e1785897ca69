// Self-service from end to end: a developer asks for a model, a lead grants it, the developer makes a key, pastes the
// snippet, finds the call in their own usage, changes the key and ends it. Three people, each in a browser of their own.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { comesIn, person } from './persons.mjs';
import { admin, call, expect, go, settled, until, watched, way } from './steps.mjs';

// Names of this run, so that it can be gone through again on the same box.
const RUN = randomBytes(2).toString('hex');
const LEAD = `Nora Lead ${RUN}`;
const DEVELOPER = `Dora Developer ${RUN}`;
const DEPARTMENT = `Clinic ${RUN}`;
const KEY = `letters-app-${RUN}`;
const MODEL = 'sim-large';

export async function access(browser) {
  const step = way();
  const department = await admin('POST', '/departments', { name: DEPARTMENT });
  const project = await admin('POST', '/projects', { departmentId: department.id, name: 'letters', models: ['sim-small'] });
  const before = await admin('POST', '/keys', { projectId: project.id, name: 'before', models: ['*'] });
  const lead = await watched(browser);
  const developer = await watched(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  const dialog = developer.getByRole('dialog');
  let secret = '';
  const rowOfKey = (what) => developer.getByRole('row', { name: new RegExp(`${KEY}.*${what}`) });
  const act = async (what) => {
    await developer.getByRole('button', { name: `Actions for ${KEY}` }).click();
    await developer.getByRole('menuitem', { name: what }).click();
  };

  await step('aDeveloperFindsAModelThatTheirProjectMayNotUse', async () => {
    await comesIn(lead, await person(LEAD, ['department_lead'], [department.id], []));
    await comesIn(developer, await person(DEVELOPER, ['developer'], [], [project.id]));
    await go(developer, '/catalogue');
    await developer.getByRole('searchbox', { name: 'Search' }).fill('sim-');
    await developer.getByRole('button', { name: `Request access: ${MODEL}` }).waitFor();
    await settled(developer);
    expect(!(await developer.getByRole('button', { name: 'Request access: sim-small' }).isVisible()), 'they can ask for what they have');
    const refused = await call(before.secret, MODEL);
    expect(refused.status === 403 || refused.status === 404, `the gateway says ${refused.status} to a key of the project`);
  });

  await step('theyAskForItWithAReason', async () => {
    await developer.getByRole('button', { name: `Request access: ${MODEL}` }).click();
    await dialog.getByLabel('What for').fill('long letters');
    await dialog.getByRole('button', { name: 'Request access' }).click();
    await dialog.waitFor({ state: 'detached' });
    await developer.locator(`section[aria-label="${MODEL}"]`).getByText('Requested', { exact: true }).waitFor();
    await go(developer, '/requests');
    await developer.getByRole('row', { name: new RegExp(`${MODEL}.*${DEPARTMENT}/letters.*long letters.*Waiting`) }).waitFor();
    expect(!(await developer.getByRole('button', { name: `Approve: ${MODEL}, ${DEVELOPER}` }).isVisible()), 'they can approve their own request');
  });

  await step('theirLeadFindsTheRequestAndApprovesIt', async () => {
    await go(lead, '/requests');
    await lead.getByRole('button', { name: `Approve: ${MODEL}, ${DEVELOPER}` }).click();
    await lead.getByRole('dialog').getByLabel(`Note to ${DEVELOPER}`).fill('until May');
    await lead.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await lead.getByRole('dialog').waitFor({ state: 'detached' });
    await go(lead, '/requests?state=all');
    await lead.getByRole('row', { name: new RegExp(`${MODEL}.*Approved.*${LEAD}`) }).waitFor();
  });

  await step('theDeveloperSeesWhoGrantedItAndNeedNotAskAgain', async () => {
    await developer.reload();
    await go(developer, '/requests?state=all');
    await developer.getByRole('row', { name: new RegExp(`${MODEL}.*Approved.*${LEAD}.*until May`) }).waitFor();
    await go(developer, '/catalogue');
    await developer.locator(`section[aria-label="${MODEL}"]`).waitFor();
    await settled(developer);
    expect(!(await developer.getByRole('button', { name: `Request access: ${MODEL}` }).isVisible()), 'they are to ask again');
  });

  await step('theyMakeAKeyAndTheSnippetThatTheyCopyWorksAsPasted', async () => {
    await developer.getByRole('link', { name: `Create a key: ${MODEL}` }).click();
    await dialog.getByRole('textbox', { name: 'Project' }).or(dialog.getByRole('combobox', { name: 'Project' })).first().click();
    await developer.getByRole('option', { name: `${DEPARTMENT} / letters` }).click();
    await dialog.getByLabel('Name', { exact: false }).first().fill(KEY);
    await dialog.getByLabel('Models').first().click();
    await developer.getByRole('option', { name: MODEL }).click();
    await developer.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    secret = (await developer.locator('pre[aria-label="The key"]').innerText()).trim();
    await Promise.all([developer.getByRole('button', { name: 'Copy: curl' }).getByText('Copied').waitFor(), developer.getByRole('button', { name: 'Copy: curl' }).click()]);
    const pasted = await developer.evaluate(() => navigator.clipboard.readText());
    expect(pasted.includes(secret) && pasted.includes(MODEL), `what was copied names no key or model: ${pasted.replace(secret, 'KEY')}`);
    const { stdout } = await promisify(execFile)('sh', ['-c', pasted], { timeout: 60_000 });
    expect(typeof JSON.parse(stdout).choices?.[0]?.message?.content === 'string', `no answer: ${stdout}`);
    await developer.getByLabel('I have stored the key').check();
    await developer.getByRole('button', { name: 'Done' }).click();
  });

  await step('theyFindTheCallInTheirOwnUsageAndNothingOfOthers', async () => {
    await until(async () => (await admin('GET', `/usage?groupBy=key&project=${project.id}`)).lines.some((line) => line.calls > 0), 'the call is not in usage');
    await go(developer, '/usage?range=today&by=key');
    await developer.getByText(KEY, { exact: true }).first().waitFor();
    await settled(developer);
    const lines = await developer.locator('table tbody tr').allInnerTexts();
    expect(lines.length === 1, `they see ${lines.join(' / ')}`);
  });

  await step('theyRotateTheKeyAndBothSecretsWorkInTheOverlap', async () => {
    await go(developer, `/keys?q=${KEY}`);
    await act('Rotate');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    const fresh = (await developer.locator('pre[aria-label="The key"]').innerText()).trim();
    await dialog.getByText('The secret before stays valid until', { exact: false }).waitFor();
    await developer.getByLabel('I have stored the key').check();
    await developer.getByRole('button', { name: 'Done' }).click();
    expect(fresh !== secret, 'the secret is the same');
    for (const one of [secret, fresh]) expect((await call(one, MODEL)).status === 200, 'a secret does not work in the overlap');
    secret = [secret, fresh];
  });

  await step('aKeyThatTheyRevokedIsRefusedWithBothItsSecrets', async () => {
    await act('Revoke');
    await dialog.getByRole('textbox').fill(KEY);
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await rowOfKey('revoked').waitFor();
    for (const one of secret) expect((await call(one, MODEL)).status === 401, 'the revoked key still works');
  });

  await step('nothingOfTheSelfServiceBrokeTheSecurityPolicyOrWentElsewhere', async () => {
    const faults = [...(await developer.faults()), ...(await lead.faults())];
    expect(faults.length === 0, faults.join('\n'));
  });
  for (const one of [developer, lead]) await one.context().close();
}
