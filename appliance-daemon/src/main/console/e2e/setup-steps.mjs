// How somebody answers the steps of the set-up in the browser; the same against a fake and a real box.
import { codeOf } from './codes.mjs';
import { expect } from './steps.mjs';

export const heading = (page, name) => page.getByRole('heading', { level: 1, name });

export async function claim(page, code) {
  await heading(page, 'Set up this box').waitFor();
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Begin the set-up' }).click();
  await heading(page, 'Name, time, network').waitFor();
}

export const save = (page) => page.getByRole('button', { name: 'Save and go on' }).click();

/** Tries the answer and waits for the lines. */
export async function tried(page) {
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.locator('[data-tried]').waitFor();
  return page.getByRole('list', { name: 'What was tried' });
}

export async function skip(page, reason) {
  await page.getByRole('button', { name: 'Skip this step' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill(reason);
  await page.getByRole('dialog').getByRole('button', { name: 'Skip this step' }).click();
}

/** Name, password, then the code that an authenticator app would show; gives both for a login. */
export async function administrator(page, name, shot = async () => undefined) {
  await page.getByLabel('Name', { exact: false }).first().fill(name);
  await page.getByRole('button', { name: 'Draw one' }).click();
  const password = await page.getByRole('textbox', { name: /^Password/ }).inputValue();
  await page.getByRole('button', { name: 'Go on to the one-time codes' }).click();
  await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
  await shot('setup-administrator-codes');
  const secret = (await page.locator('pre[aria-label="The secret of the codes"]').innerText()).replace(/\s/g, '');
  await page.getByLabel('Code that the app shows').fill('000000');
  await page.getByRole('button', { name: 'Prove the code and go on' }).click();
  await page.getByText('The code is wrong', { exact: false }).waitFor();
  const proven = Date.now();
  await page.getByLabel('Code that the app shows').fill(codeOf(secret, proven));
  await page.getByRole('button', { name: 'Prove the code and go on' }).click();
  return { password, secret, proven };
}

export async function signOnProvider(page, company) {
  await page.getByLabel('Product').first().click();
  await page.getByRole('option', { name: 'Keycloak' }).click();
  await page.getByLabel('Name', { exact: false }).first().fill('company');
  await page.getByLabel('Issuer', { exact: false }).first().fill(company.issuer);
  await page.getByLabel('Client id', { exact: false }).first().fill(company.client);
  await page.getByLabel('Client secret').fill(company.secret);
  await page.getByRole('button', { name: 'Add line' }).click();
  await page.getByLabel('Group 1').fill('ai-admins');
  await page.getByLabel('Role 1').first().click();
  await page.getByRole('option', { name: 'Governance admin' }).click();
  await page.getByRole('button', { name: 'Addresses, claims and certificates' }).click();
  await page.getByRole('switch', { name: 'It lives on a private address' }).press('Space');
}

export async function organization(page, department, project) {
  await page.getByLabel('Department', { exact: false }).first().fill(department);
  await page.getByLabel('Projects', { exact: false }).first().fill(project);
  await page.keyboard.press('Enter');
  await page.getByLabel('A month (USD)').fill('500');
}

/** Makes the key, reads its secret, says that it is stored. */
export async function firstKey(page, shot = async () => undefined) {
  await page.getByRole('button', { name: 'Make the key and try it' }).click();
  const shown = page.locator('pre[aria-label="The key"]');
  await shown.waitFor();
  await shot('setup-first-key-made');
  const key = (await shown.innerText()).trim();
  expect(/^ghk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}$/.test(key), `no key: ${key}`);
  await page.getByRole('dialog').getByText('curl', { exact: true }).waitFor();
  await page.getByRole('dialog').getByRole('region', { name: 'Test chat' }).or(page.getByRole('dialog').locator('section[aria-label="Test chat"]')).first().waitFor();
  await page.getByLabel('I have stored the key').check();
  await page.getByRole('button', { name: 'Done' }).click();
  return key;
}
