// People: roles with their reach, the password of the box with its codes, sign-on providers, sessions, SCIM.
import { join } from 'node:path';

import { codeOf } from './codes.mjs';
import { provider } from './provider.mjs';
import { accessible, admin, box, console_, expect, go, settled, signIn, watched, way } from './steps.mjs';

const EVIL = '"><img src=x onerror=alert(1)>';
const FORMULA = '=HYPERLINK("elsewhere.example","x")';

export async function people(browser, out) {
  const step = way();
  const page = await watched(browser);
  const company = await provider();
  const shot = async (name) => {
    await settled(page);
    await page.screenshot({ path: join(out, `${name}-light.png`) });
    await accessible(page, name);
  };
  const dialog = page.getByRole('dialog');
  const act = async (name, what) => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click();
    await page.getByRole('menuitem', { name: what }).click();
  };
  let password = '';
  let secret = '';
  await signIn(page);

  await step('aUserGetsARoleWithItsReach', async () => {
    await go(page, '/users?new=1');
    await dialog.getByLabel('Name', { exact: false }).first().fill('Lea Lead');
    await dialog.getByLabel('E-mail').fill('lea@example.com');
    await dialog.getByRole('checkbox', { name: 'Department lead' }).check();
    await dialog.getByRole('checkbox', { name: 'Developer' }).check();
    await dialog.getByLabel('Departments that they lead').first().click();
    await page.getByRole('option', { name: 'Research' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByLabel('Projects that they develop in').first().click();
    await page.getByRole('option', { name: 'Research / search' }).click();
    await page.keyboard.press('Escape');
    await shot('user-form');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('row', { name: /Lea Lead.*Department lead, Developer.*in Research, Research \/ search/ }).waitFor();
  });

  await step('aPasswordOfTheBoxComesWithCodesThatAreShownOnce', async () => {
    await act('Lea Lead', 'Give a password of the box');
    await dialog.getByRole('textbox', { name: /^Password/ }).fill('short');
    await dialog.getByRole('button', { name: 'Give a password of the box' }).click();
    await dialog.locator('.mantine-InputWrapper-error, [role=alert]').waitFor();
    await dialog.getByRole('button', { name: 'Draw one' }).click();
    password = await dialog.getByRole('textbox', { name: /^Password/ }).inputValue();
    expect(/^[A-Za-z2-9]{20}$/.test(password), `not drawn: ${password}`);
    await dialog.getByRole('button', { name: 'Give a password of the box' }).click();
    secret = (await page.locator('pre[aria-label="The secret of the codes"]').innerText()).replace(/\s/g, '');
    await dialog.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor();
    await shot('break-glass');
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible(), 'the codes can be closed unseen');
    await dialog.getByLabel('The app shows codes for this box').check();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('row', { name: /Lea Lead.*has one/ }).waitFor();
  });

  const lead = await watched(browser);
  await step('theyComeInWithThePasswordAndACodeAndSeeTheirPartOnly', async () => {
    await lead.goto(`${console_}/`);
    await lead.locator('input').first().waitFor();
    await lead.getByLabel('User name').fill('Lea Lead');
    await lead.getByRole('textbox', { name: /^Password/ }).fill(password);
    await lead.getByLabel('One-time code').fill(codeOf(secret));
    await lead.keyboard.press('Enter');
    await lead.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const nav = await lead.getByRole('navigation').innerText();
    expect(!nav.includes('Sign-on') && !nav.includes('System') && nav.includes('Keys'), `the navigation shows ${nav}`);
    await go(lead, '/departments');
    await lead.getByRole('link', { name: 'Research' }).waitFor();
    expect(!(await lead.getByRole('link', { name: 'Support' }).isVisible()), 'a department of others is shown');
  });

  await step('theirMenuLeadsToTheirSessions', async () => {
    await lead.getByRole('button', { name: 'Account' }).click();
    await lead.getByText('Department lead, Developer').waitFor();
    await lead.getByRole('menuitem', { name: 'My sessions' }).click();
    await lead.getByRole('heading', { level: 1, name: 'My sessions' }).waitFor();
    await lead.getByRole('row', { name: /Lea Lead.*this one.*password of the box/ }).waitFor();
  });

  await step('anAdminSeesAllSessionsAndEndsOne', async () => {
    await go(page, '/sessions');
    await page.getByRole('row', { name: /Lea Lead/ }).getByRole('button', { name: /^End/ }).click();
    await dialog.getByRole('button', { name: 'End' }).click();
    await dialog.waitFor({ state: 'detached' });
    await lead.reload();
    await lead.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  });

  await step('aProgramGetsATokenThatIsShownOnceAndTakenAway', async () => {
    await go(page, '/tokens?new=1');
    await dialog.getByLabel('Name', { exact: false }).first().fill(EVIL);
    await shot('tokens-form');
    await dialog.getByRole('radio', { name: 'Auditor' }).check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    const once = page.getByRole('dialog', { name: /The token/ });
    const token = await once.getByText(/^ght_/).first().innerText();
    await once.getByRole('tab', { name: 'gatehouse', exact: true }).click();
    await shot('tokens-issued');
    const as = (secret) => fetch(new URL('/api/v1/departments', console_), { headers: { Authorization: `Bearer ${secret}` } });
    expect((await as(token)).status === 200, 'the token opens nothing');
    await once.getByRole('checkbox').check();
    await once.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('row').filter({ hasText: EVIL });
    await row.filter({ hasText: /Auditor.*never/ }).waitFor();
    expect(!(await page.content()).includes(token), 'the token is still on the page');
    await shot('tokens-one');
    await row.getByRole('button', { name: /^Delete the token/ }).click();
    await dialog.getByRole('textbox').fill(EVIL);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await as(token)).status === 401, 'the token still opens something');
  });

  await step('whoIsDeactivatedStaysOutUntilActivated', async () => {
    await go(page, '/users');
    await act('Lea Lead', 'Deactivate');
    await dialog.getByRole('button', { name: 'Deactivate' }).click();
    await page.getByRole('row', { name: /Lea Lead.*deactivated/ }).waitFor();
    await lead.getByLabel('User name').fill('Lea Lead');
    await lead.getByRole('textbox', { name: /^Password/ }).fill(password);
    await lead.getByLabel('One-time code').fill(codeOf(secret));
    await lead.keyboard.press('Enter');
    await lead.getByRole('alert').waitFor();
    await act('Lea Lead', 'Activate');
    await page.getByRole('row', { name: /Lea Lead.*allowed/ }).waitFor();
    const faults = await lead.faults();
    expect(faults.length === 0, faults.join('\n'));
  });

  await step('aProviderIsAddedWithItsPresetAndMappings', async () => {
    await go(page, '/sign-on?new=1');
    await dialog.getByLabel('Product').first().click();
    await page.getByRole('option', { name: 'Keycloak' }).click();
    await dialog.getByLabel('Name', { exact: false }).first().fill('company');
    await dialog.getByLabel('On the button').fill('Company account');
    await dialog.getByLabel('Issuer', { exact: false }).first().fill(company.issuer);
    await dialog.getByLabel('Client id', { exact: false }).first().fill(company.client);
    await dialog.getByLabel('Client secret').fill(company.secret);
    await dialog.getByRole('button', { name: 'Add line' }).click();
    await dialog.getByLabel('Group 1').fill('ai-admins');
    await dialog.getByLabel('Role 1').first().click();
    await page.getByRole('option', { name: 'Governance admin' }).click();
    await dialog.getByRole('button', { name: 'Addresses, claims and certificates' }).click();
    await dialog.getByRole('switch', { name: 'It lives on a private address' }).press('Space');
    await shot('sign-on-form');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('link', { name: 'Company account' }).click();
    await page.getByRole('table', { name: 'What groups make of people' }).getByText('ai-admins').waitFor();
  });

  await step('itsTestShowsItsSteps', async () => {
    await page.getByRole('button', { name: 'Run the test' }).click();
    await page.getByText('It works').waitFor();
    await page.getByText('Provider:', { exact: false }).first().waitFor();
    await shot('sign-on-tested');
  });

  await step('itsScimTokenIsShownOnce', async () => {
    await page.getByRole('button', { name: 'Make a token' }).click();
    await dialog.getByRole('button', { name: 'Make a token' }).click();
    const token = await page.locator('pre[aria-label="The token"]').innerText();
    const url = await page.locator('pre[aria-label="Address of the SCIM service"]').innerText();
    await shot('scim-token');
    const answer = await fetch(`${new URL(box.admin).origin}${new URL(url).pathname}/Users`, { headers: { authorization: `Bearer ${token.trim()}` } });
    expect(answer.status === 200, `SCIM says ${answer.status}`);
    await dialog.getByLabel('I have stored the token').check();
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  const grace = await watched(browser, {}, [company.issuer]);
  await step('somebodySignsOnThroughTheProviderAndIsWhatTheirGroupMakesThem', async () => {
    await grace.goto(`${console_}/`);
    await grace.getByRole('link', { name: 'Sign in with Company account' }).click();
    await grace.locator('#yes').click();
    await grace.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await grace.getByRole('button', { name: 'Account' }).click();
    await grace.getByText('Governance admin').waitFor();
    await grace.getByRole('menuitem', { name: 'Sign out' }).waitFor();
  });
  await grace.context().close();

  await step('namesWithMarkupAndFormulasStayText', async () => {
    for (const name of [EVIL, FORMULA]) await admin('POST', '/users', { name, email: null, roles: [] });
    await go(page, '/users');
    await page.getByRole('cell', { name: EVIL, exact: true }).waitFor();
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save this table as CSV' }).click()]);
    const lines = await (await import('node:fs/promises')).readFile(await saved.path(), 'utf8');
    expect(!/(^|,|\n)"?=/.test(lines), `a formula is in the file: ${lines}`);
    expect(lines.includes('HYPERLINK'), 'the name is missing in the file');
    for (const one of (await admin('GET', '/users?limit=1000')).items.filter((user) => [EVIL, FORMULA].includes(user.name))) await admin('DELETE', `/users/${one.id}`);
  });

  await step('aNameOfTenMegabytesIsRefusedAndThePageGoesOn', async () => {
    await go(page, '/users?new=1');
    await dialog.getByLabel('Name', { exact: false }).first().evaluate((field) => {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, 'n'.repeat(10_000_000));
      field.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('row', { name: /Lea Lead/ }).waitFor();
    const { items } = await admin('GET', '/users?limit=1000');
    expect(items.every((user) => user.name.length < 200), 'the name was taken');
  });

  await step('nothingOfPeopleBrokeTheSecurityPolicyOrWentElsewhere', async () => {
    await settled(page);
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  for (const one of [lead, page]) await one.context().close();
  company.close();
}
