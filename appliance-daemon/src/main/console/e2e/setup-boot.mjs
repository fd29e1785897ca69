// The first boot of a real box in the browser: claim, every step against what it asks live, a login at the provider, the
// first key, the end; then the console with what was made. GATEHOUSE_BOX names a box that nobody has set up (setupUrl,
// claimCode), as the demo's file does.
// The variable COMPANY may name what is around it (see Company.java): without it a small provider plays the company's.
//   GATEHOUSE_BOX="$(cat demo.json)" CHROMIUM=/usr/bin/chromium node e2e/setup-boot.mjs OUTPUT-DIRECTORY
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { codeOf } from './codes.mjs';
import { provider } from './provider.mjs';
import { certificates, directory } from './setup-company.mjs';
import { administrator, claim, firstKey, heading, organization, save, signOnProvider, skip, tried } from './setup-steps.mjs';
import { accessible, box, browser, expect, keepPicturesIn, outcome, settled, watched, way } from './steps.mjs';

const out = process.argv[2];
const setUp = new URL(box.setupUrl);
const NAME_OF_TEN_MEGABYTES = 'n'.repeat(10_000_000);
keepPicturesIn(out);
const chromium = await browser();
// Who plays the company: what the variable COMPANY names (its real Keycloak, directory and authority), else a provider of our own alone.
const around = JSON.parse(process.env.COMPANY ?? '{}');
const company = around.provider ?? (await provider());
const backups = mkdtempSync(join(tmpdir(), 'backups-'));
const page = await watched(chromium, {}, [setUp.origin, new URL(company.issuer).origin]);
const shot = async (name) => {
  await settled(page);
  await page.screenshot({ path: join(out, `boot-${name}-light.png`), fullPage: true });
  await accessible(page, name);
};
const step = way();
let key = '';
let ada = { password: '', secret: '', proven: 0 };

await step('anUnfinishedBoxLeadsToItsSetUp', async () => {
  await page.goto(`${setUp.origin}/`);
  await heading(page, 'Set up this box').waitFor();
  expect(page.url() === setUp.href, `it led to ${page.url()}`);
  await shot('claim');
});

await step('aCodeThatWasGuessedIsRefused', async () => {
  await page.getByLabel('Code').fill('0000-0000');
  await page.getByRole('button', { name: 'Begin the set-up' }).click();
  await page.getByRole('alert').waitFor();
});

await step('theCodeOfTheBoxClaimsIt', async () => {
  await claim(page, box.claimCode);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie);
  expect(kept === '{}{}' || !/ghs|token|session/i.test(kept), `a script can read ${kept}`);
});

await step('theCodeWorksOnce', async () => {
  const other = await watched(chromium, {}, [setUp.origin]);
  await other.goto(setUp.href);
  await other.getByLabel('Code').fill(box.claimCode);
  await other.getByRole('button', { name: 'Begin the set-up' }).click();
  await other.getByRole('alert').waitFor();
  await other.context().close();
});

await step('theMachineIsTriedAndSaved', async () => {
  await page.getByLabel('Name of the machine', { exact: false }).first().fill('gatehouse-test');
  await tried(page);
  await shot('machine');
  await save(page);
  await heading(page, 'Certificate').waitFor();
});

if (around.desk) await certificates(page, step, shot, around.desk);
else
  await step('theCertificateIsSkippedWithAReason', async () => {
    await shot('certificate');
    await skip(page, 'this box is tried without TLS');
    await heading(page, 'Administrator').waitFor();
  });

await step('aNameOfTenMegabytesIsRefusedAndThePageGoesOn', async () => {
  await page.getByLabel('Name', { exact: false }).first().evaluate((field, name) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, name);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, NAME_OF_TEN_MEGABYTES);
  await page.getByRole('button', { name: 'Draw one' }).click();
  await page.getByRole('button', { name: 'Go on to the one-time codes' }).click();
  await page.getByRole('alert').waitFor();
  await page.reload();
  await heading(page, 'Administrator').waitFor();
});

await step('theAdministratorProvesACodeOfTheApp', async () => {
  ada = await administrator(page, 'Ada Admin', shot);
  await heading(page, 'Company sign-on').waitFor();
});

if (around.directory) await directory(page, step, shot, around.directory);

await step('signOnIsTriedLiveAndAWrongIssuerIsSaid', async () => {
  await signOnProvider(page, { ...company, issuer: 'http://127.0.0.1:9' });
  await tried(page);
  await page.getByText('1 not well. Nothing was changed.').waitFor();
  await page.getByLabel('Issuer', { exact: false }).first().fill(company.issuer);
  await tried(page);
  await page.getByText('All is well. Nothing was changed yet.').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('link', { name: 'Sign in at the provider' }).waitFor();
});

await step('aLoginAtTheProviderComesBackAndShowsWhatItWouldMakeOfSomebody', async () => {
  await page.getByRole('link', { name: 'Sign in at the provider' }).click();
  if (company.password) {
    await page.locator('input[name=username]').fill(company.user);
    await page.locator('input[name=password]').fill(company.password);
    await page.locator('[type=submit]').click();
  } else await page.locator('#yes').click();
  await heading(page, 'Company sign-on').waitFor();
  await page.getByText('would come in', { exact: false }).waitFor();
  await page.getByRole('status').getByText('Governance admin').waitFor();
  await shot('test-login');
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await heading(page, 'Organisation').waitFor();
});

await step('theOrganisationIsMade', async () => {
  await page.getByRole('radio', { name: 'Balanced' }).check();
  if ((await page.getByLabel('Department', { exact: false }).first().inputValue()) === '') await organization(page, 'Research', 'search');
  await tried(page);
  await shot('organization');
  await save(page);
  await heading(page, 'Model providers').waitFor();
});

await step('theProvidersKeyIsTriedWithALiveCall', async () => {
  const keyField = page.getByLabel('API key');
  const good = await keyField.inputValue();
  await keyField.fill('wrong-key');
  await tried(page);
  await page.getByText('1 not well. Nothing was changed.').waitFor();
  await shot('provider-refused');
  await keyField.fill(good);
  await tried(page);
  await page.getByText('All is well. Nothing was changed yet.').waitFor();
  await shot('providers');
  await save(page);
  await heading(page, 'Local models').waitFor();
});

await step('thePlannerSaysWhetherTheLocalModelFits', async () => {
  await tried(page);
  await page.getByText('All is well. Nothing was changed yet.').waitFor();
  await shot('local-models');
  await save(page);
  await heading(page, 'Backup and alerts').waitFor();
});

await step('backupsAreTriedByWritingAFile', async () => {
  const directory = page.getByLabel('Directory', { exact: false }).first();
  await directory.fill('/no/such/place');
  await tried(page);
  await page.getByText('1 not well. Nothing was changed.').waitFor();
  await directory.fill(backups);
  await tried(page);
  await page.getByText('All is well. Nothing was changed yet.').waitFor();
  await shot('safekeeping');
  await save(page);
  await heading(page, 'First key').waitFor();
});

await step('theFirstKeyAnswersAChatAndIsShownOnce', async () => {
  key = await firstKey(page, shot);
  await heading(page, 'Summary').waitFor();
});

await step('theKeyWorksAtTheGateway', async () => {
  const answer = await fetch(`${setUp.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'sim-cloud', max_tokens: 20, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  expect(answer.status === 200, `the gateway says ${answer.status}`);
});

await step('theSummaryEndsItAndTheConsoleOpens', async () => {
  await shot('summary');
  await page.getByRole('button', { name: 'Finish the set-up' }).click();
  await heading(page, 'This box is set up').waitFor();
  await shot('finished');
  await page.getByRole('link', { name: 'Open the console' }).click();
  await heading(page, 'Sign in').waitFor();
  await page.goto(setUp.href);
  await heading(page, 'Sign in').waitFor();
  expect(new URL(page.url()).pathname.startsWith('/console/'), `a finished box shows ${page.url()}`);
});

await step('theAdministratorComesInAndFindsWhatWasMade', async () => {
  await page.getByLabel('User name').fill('Ada Admin');
  await page.getByRole('textbox', { name: /^Password/ }).fill(ada.password);
  const through = page.getByLabel('Account of').first();
  if (await through.isVisible()) {
    await through.click();
    await page.getByRole('option', { name: 'This box' }).click();
  }
  // Each code counts once, and the one of the proof may still be the one of now; clocks may be a step apart.
  await page.getByLabel('One-time code').fill(codeOf(ada.secret, Math.max(Date.now(), ada.proven + 30_000)));
  await page.keyboard.press('Enter');
  await heading(page, 'Overview').waitFor();
  await page.getByRole('link', { name: 'Departments' }).click();
  await page.getByRole('link', { name: 'Research' }).waitFor();
  await page.getByRole('link', { name: 'Sign-on' }).click();
  await page.getByRole('link', { name: 'company' }).waitFor();
});

await step('nothingOfTheFirstBootBrokeTheSecurityPolicyOrWentElsewhere', async () => {
  const faults = await page.faults();
  expect(faults.length === 0, faults.join('\n'));
});

await chromium.close();
company.close?.();
rmSync(backups, { recursive: true, force: true });
process.exit(outcome() === 0 ? 0 : 1);
