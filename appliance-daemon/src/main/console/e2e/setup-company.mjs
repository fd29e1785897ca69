// The steps of the set-up that ask for what only a company has: an authority that signs requests, a directory of its people.
import { heading, save, skip, tried } from './setup-steps.mjs';
import { expect } from './steps.mjs';

const NAME = 'gatehouse.corp.example';

const choose = async (page, field, option) => {
  await page.getByLabel(field).first().click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

const asked = async (desk, what, body) => (await fetch(`${desk}/${what}`, { method: 'POST', body })).text();

/** The name that the certificate is for, instead of those that are suggested. */
async function forName(page, name) {
  const names = page.getByLabel('Names and addresses', { exact: false }).first();
  while (await page.locator('.mantine-Pill-remove').count()) await page.locator('.mantine-Pill-remove').first().click();
  await names.fill(name);
  await names.press('Enter');
}

/** A certificate by a request of the box; then one that somebody brings with its key; each refused when it does not fit. */
export async function certificates(page, step, shot, desk) {
  const pem = page.getByLabel('Certificate with its chain (PEM)');

  await step('theBoxMakesARequestAndTakesTheCertificateThatTheAuthorityMadeOfIt', async () => {
    await choose(page, 'Where it comes from', 'The box makes a request that my authority signs');
    await forName(page, NAME);
    await page.getByRole('button', { name: 'Make the request' }).click();
    const request = await page.locator('pre[aria-label="Request to be signed"]').innerText();
    expect(request.startsWith('-----BEGIN CERTIFICATE REQUEST-----'), `no request: ${request}`);
    await shot('certificate-request');
    await pem.fill(JSON.parse(await asked(desk, 'certificate', NAME)).certificatePem);
    await tried(page);
    await page.getByText('1 not well. Nothing was changed.').waitFor();
    await shot('certificate-of-another-key');
    await pem.fill(await asked(desk, 'sign', request));
    await tried(page);
    await page.getByText('All is well. Nothing was changed yet.').waitFor();
    await save(page);
    await heading(page, 'Administrator').waitFor();
  });

  await step('aCertificateWithItsKeyIsTakenWhenItIsForTheNames', async () => {
    await page.getByRole('link', { name: /^Certificate/ }).click();
    await heading(page, 'Certificate').waitFor();
    await choose(page, 'Where it comes from', 'I bring one with its key');
    const bring = async ({ certificatePem, privateKeyPem }) => {
      await pem.fill(certificatePem);
      await page.getByLabel('Private key (PEM, not encrypted)').fill(privateKeyPem);
      return tried(page);
    };
    const lines = await bring(JSON.parse(await asked(desk, 'certificate', 'elsewhere.example')));
    await lines.getByText(`is not for ${NAME}`, { exact: false }).waitFor();
    await shot('certificate-upload');
    await bring(JSON.parse(await asked(desk, 'certificate', NAME)));
    await page.getByText('All is well. Nothing was changed yet.').waitFor();
    await save(page);
    await heading(page, 'Administrator').waitFor();
    await page.getByRole('link', { name: /^Certificate/ }).click();
    await page.getByText('done', { exact: true }).first().waitFor();
    const key = page.getByLabel('Private key (PEM, not encrypted)');
    await key.waitFor();
    expect((await key.inputValue()) === '' && !(await page.content()).includes('BEGIN PRIVATE KEY'), 'the key is shown again');
  });

  await step('aStepThatWasDoneCanStillBeSkippedWithAReason', async () => {
    await skip(page, 'this box is tried without TLS');
    await heading(page, 'Administrator').waitFor();
  });
}

/** The form of a directory, tried with somebody's wrong and right password. Only tried: the sign-on that is kept comes after. */
export async function directory(page, step, shot, of) {
  const withPassword = async (password) => {
    const somebody = page.getByRole('group', { name: 'Try it with somebody' });
    await somebody.getByLabel('Their name').fill(of.user);
    await somebody.getByRole('textbox', { name: /^Password/ }).fill(password);
    return tried(page);
  };

  await step('aDirectoryIsTriedWithSomebodyAndSaysWhatTheyWouldBe', async () => {
    await choose(page, 'Product', 'another one');
    await choose(page, 'Speaks', 'LDAP');
    await page.getByLabel('Name', { exact: false }).first().fill('directory');
    await page.getByLabel('Servers').first().fill(of.server);
    await page.keyboard.press('Enter');
    await page.getByLabel('Where people are', { exact: false }).first().fill(of.baseDn);
    await page.getByLabel('Who searches').fill(of.bindDn);
    await page.getByLabel('Password to search with').fill(of.bindPassword);
    await page.getByRole('button', { name: 'Add line' }).click();
    await page.getByLabel('Group 1').fill('AI Admins');
    await choose(page, 'Role 1', 'Governance admin');
    await page.getByRole('button', { name: 'Addresses, claims and certificates' }).click();
    await page.getByLabel('Certificates to trust for it').fill(of.certificate);
    await page.getByRole('switch', { name: 'It lives on a private address' }).press('Space');
    await withPassword('not their password');
    await page.getByText('1 not well. Nothing was changed.').waitFor();
    await shot('directory-refused');
    const lines = await withPassword(of.password);
    await page.getByText('All is well. Nothing was changed yet.').waitFor();
    await lines.getByText(/governance.admin/i).first().waitFor();
    await shot('directory');
    await page.reload();
    await heading(page, 'Company sign-on').waitFor();
  });
}
