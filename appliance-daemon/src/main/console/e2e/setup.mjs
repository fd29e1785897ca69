// The pages of the set-up against a box that keeps to the contract: every step in every view, what is wrong, and what
// others do meanwhile. setup-boot.mjs does the same with a real box, once through.
//   CHROMIUM=/usr/bin/chromium CONSOLE_OUT=dist node e2e/setup.mjs OUTPUT-DIRECTORY
import { join } from 'node:path';

import { fakeBox } from './fake-box.mjs';
import { fakeSetup } from './fake-setup.mjs';
import { administrator, claim, firstKey, heading, organization, save, signOnProvider, skip, tried } from './setup-steps.mjs';
import { accessible, browser, check, expect, keepPicturesIn, outcome, settled, together, watched } from './steps.mjs';
import { look, VIEWS } from './views.mjs';

const STEPS = ['machine', 'certificate', 'administrator', 'sign-on', 'providers', 'local-models', 'organization', 'safekeeping', 'first-key', 'summary'];
const EVIL = '"><img src=x onerror=alert(1)>';

const out = process.argv[2];
keepPicturesIn(out);
const chromium = await browser();

async function box() {
  const setup = fakeSetup({ delay: 150 });
  const server = await fakeBox(0, setup, undefined);
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { setup, origin, open: (options) => watched(chromium, options, [origin]), close: () => server.close() };
}

async function everyStep(view) {
  const fake = await box();
  const page = await fake.open({ reducedMotion: 'reduce', ...view.options });
  const picture = (name) => join(out, `setup-${name}-${view.name}.png`);
  await check(`setup-claim in ${view.name}`, async () => {
    await page.goto(`${fake.origin}/setup/`);
    await look(page, view, 'claim', picture('claim'));
    await page.locator('input').fill(fake.setup.code);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
  });
  for (const name of STEPS) {
    await check(`setup-${name} in ${view.name}`, async () => {
      await page.goto(`${fake.origin}/setup/${name}`);
      await look(page, view, name, picture(name));
    });
  }
  await check(`nothing broke the policy of the set-up in ${view.name}`, async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
  fake.close();
}

async function wholeWay() {
  const fake = await box();
  const page = await fake.open();
  const shot = async (name) => {
    await settled(page);
    await page.screenshot({ path: join(out, `${name}-light.png`), fullPage: true });
    await accessible(page, name);
  };
  await check('aWrongCodeIsRefusedWithAReason', async () => {
    await page.goto(`${fake.origin}/setup/`);
    await page.getByLabel('Code').fill('AAAA-AAAA');
    await page.getByRole('button', { name: 'Begin the set-up' }).click();
    await page.getByRole('alert').getByText('The code is not the one', { exact: false }).waitFor();
  });

  await check('anExpiredCodeIsSaidToBeAndAFreshOneClaims', async () => {
    const old = fake.setup.code;
    fake.setup.expire();
    await page.reload();
    await page.getByText('counts no more', { exact: false }).waitFor();
    await page.getByLabel('Code').fill(old);
    await page.getByRole('button', { name: 'Begin the set-up' }).click();
    await page.getByRole('alert').getByText('The code counts no more', { exact: false }).waitFor();
    await shot('setup-code-expired');
    await claim(page, fake.setup.freshCode());
  });

  await check('aCheckShowsEachLineAndAFailedOneStopsTheStep', async () => {
    await page.getByLabel('Time servers').first().fill('ntp.nowhere.example');
    await page.keyboard.press('Enter');
    const lines = await tried(page);
    await lines.getByText('ntp.nowhere.example does not answer', { exact: false }).waitFor();
    await page.getByText('1 not well. Nothing was changed.').waitFor();
    await shot('setup-check-failed');
    await save(page);
    await lines.getByText('does not answer', { exact: false }).waitFor();
    await heading(page, 'Name, time, network').waitFor();
    await page.locator('.mantine-Pill-remove').first().click();
    await save(page);
    await heading(page, 'Certificate').waitFor();
  });

  await check('aStepIsSkippedOnlyWithAReason', async () => {
    await page.getByRole('button', { name: 'Skip this step' }).click();
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Skip this step' }).isDisabled(), 'it can be skipped without a reason');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await skip(page, `later ${EVIL}`);
    await heading(page, 'Administrator').waitFor();
  });

  await check('aReloadGoesOnWhereOneWas', async () => {
    await page.reload();
    await heading(page, 'Administrator').waitFor();
    await page.getByRole('link', { name: /^Name, time, network/ }).click();
    await page.getByText('done', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: /^Administrator/ }).click();
    await page.goto(`${fake.origin}/setup/`);
    await heading(page, 'Administrator').waitFor();
  });

  await check('theAdministratorIsDoneOnlyAfterACodeOfTheAppWasShown', async () => {
    await administrator(page, 'Ada Admin', shot);
    await heading(page, 'Company sign-on').waitFor();
  });

  await check('aTestLoginIsOfferedAndItsResultIsShown', async () => {
    await signOnProvider(page, { issuer: 'https://idp.example.com/realms/company', client: 'gatehouse', secret: 's3cret' });
    await tried(page);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const go = page.getByRole('link', { name: 'Sign in at the provider' });
    await go.waitFor();
    expect((await go.getAttribute('href')).includes('returnTo=%2Fsetup%2Fsign-on') && (await go.getAttribute('href')).includes('test=true'), `it leads to ${await go.getAttribute('href')}`);
    await page.goto(`${fake.origin}/setup/sign-on?sign-on-problem=no_access`);
    await page.getByRole('alert').getByText('have no role', { exact: false }).waitFor();
    fake.setup.login({ at: new Date().toISOString(), subject: 'subject-1', name: EVIL, email: 'grace@example.com', groups: ['ai-admins', EVIL], roles: ['governance_admin'] });
    await page.goto(`${fake.origin}/setup/sign-on`);
    await page.getByText(`${EVIL} would come in`).waitFor();
    await shot('setup-test-login');
    await page.getByRole('button', { name: 'Go on', exact: true }).click();
    await heading(page, 'Organisation').waitFor();
  });

  await check('twoWhoAnswerOneStepAreShownBothAnswersAndLoseNothing', async () => {
    await organization(page, 'Research', 'search');
    fake.setup.change('organization', { departments: [{ name: 'Theirs', monthlyBudget: null, projects: [] }], currency: 'EUR', preset: 'strict' });
    await save(page);
    const conflict = page.getByRole('dialog', { name: 'Changed by somebody else' });
    await conflict.getByText('Theirs', { exact: false }).first().waitFor();
    await conflict.getByText('Research', { exact: false }).first().waitFor();
    await shot('setup-conflict');
    await conflict.getByRole('button', { name: 'Save mine over it' }).click();
    await heading(page, 'Model providers').waitFor();
  });

  await check('aProvidersModelsAreOfferedAfterTheCheck', async () => {
    await page.getByLabel('API key').fill('wrong');
    await (await tried(page)).getByText('refuses the key', { exact: false }).waitFor();
    await page.getByLabel('API key').fill('sk-right');
    await (await tried(page)).getByText('It answers.').waitFor();
    await page.getByLabel('Models to use').first().click();
    await page.getByRole('option', { name: 'gpt-5-mini' }).click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Input a million: gpt-5-mini').fill('0.25');
    await page.getByLabel('Output a million: gpt-5-mini').fill('2');
    await shot('setup-providers-models');
    await save(page);
    await heading(page, 'Local models').waitFor();
  });

  await check('thePlannersVerdictIsShown', async () => {
    await page.getByText('It does not fit').waitFor();
    await page.getByRole('button', { name: 'Serve llama-8b' }).click();
    await (await tried(page)).getByText('with room for 32 sequences', { exact: false }).waitFor();
    await shot('setup-local-models-planned');
    await save(page);
    await heading(page, 'Backup and alerts').waitFor();
  });

  await check('theFirstKeyIsShownOnceWithSnippetsAndTheAnswerOfATestChat', async () => {
    await page.getByLabel('Directory', { exact: false }).first().fill('/mnt/backup');
    await save(page);
    await heading(page, 'First key').waitFor();
    const key = await firstKey(page, shot);
    await heading(page, 'Summary').waitFor();
    expect(!(await page.content()).includes(key), 'the key is still in the page');
  });

  await check('theSummarySaysWhatWasDoneAndSkippedAndEndsIt', async () => {
    await page.getByRole('row', { name: /Certificate.*skipped/ }).getByText(`later ${EVIL}`).waitFor();
    await shot('setup-summary-ready');
    await page.getByRole('button', { name: 'Finish the set-up' }).click();
    await heading(page, 'This box is set up').waitFor();
    await shot('setup-finished');
    expect((await page.getByRole('link', { name: 'Open the console' }).getAttribute('href')) === '/console/', 'it does not lead to the console');
  });

  await check('nothingOfTheSetUpBrokeTheSecurityPolicyOrWentElsewhere', async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
  fake.close();
}

async function others() {
  const fake = await box();
  const first = await fake.open();
  const second = await fake.open();

  await check('aSecondBrowserIsToldThatSomebodyWasFirst', async () => {
    await first.goto(`${fake.origin}/setup/`);
    await claim(first, fake.setup.code);
    await second.goto(`${fake.origin}/setup/`);
    await second.getByText('Somebody is setting this box up already', { exact: false }).waitFor();
    await second.getByLabel('Code').fill('AAAA-AAAA');
    await second.getByRole('button', { name: 'Begin the set-up' }).click();
    await second.getByRole('alert').getByText('Somebody has claimed', { exact: false }).waitFor();
    await second.screenshot({ path: join(out, 'setup-claimed-light.png') });
  });

  await check('aFreshCodeTakesTheSetUpOverAndTheFirstBrowserIsTold', async () => {
    await second.getByLabel('Code').fill(fake.setup.freshCode());
    await second.getByRole('button', { name: 'Begin the set-up' }).click();
    await heading(second, 'Name, time, network').waitFor();
    await save(first);
    await first.getByText('You do not hold the set-up any more').waitFor();
    await first.screenshot({ path: join(out, 'setup-taken-over-light.png') });
    await accessible(first, 'taken over');
  });
  await first.context().close();
  await second.context().close();
  fake.close();
}

try {
  await together([wholeWay, others, ...VIEWS.map((view) => () => everyStep(view))], 2);
} finally {
  await chromium.close();
}
process.exit(outcome() === 0 ? 0 : 1);
