// People of the checks: each with a password of the box and the codes of an authenticator app.
import { randomBytes } from 'node:crypto';

import { codeOf } from './codes.mjs';
import { admin, console_ } from './steps.mjs';

/** Somebody with a password of the box and the codes that their app shows. */
export async function person(name, roles, departments = [], projects = []) {
  const { id } = await admin('POST', '/users', { name, email: null, roles, departments, projects });
  const password = randomBytes(15).toString('base64url');
  const { secret } = await admin('POST', `/users/${id}/break-glass`, { password });
  return { name, password, secret };
}

/** Signs them in, on an English page. */
export async function comesIn(page, { name, password, secret }) {
  await page.goto(`${console_}/`);
  await page.getByLabel('User name').fill(name);
  await page.getByRole('textbox', { name: /^Password/ }).fill(password);
  await page.getByLabel('One-time code').fill(codeOf(secret));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}
