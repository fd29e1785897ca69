// What roles are shown: all that the API lets them read, and nothing that they may not do.
import { randomBytes } from 'node:crypto';

import { comesIn, person } from './persons.mjs';
import { admin, check, expect, go, settled, signIn, watched } from './steps.mjs';

const RUN = randomBytes(2).toString('hex');

async function as(browser, name, roles, departments = [], projects = []) {
  const page = await watched(browser);
  await comesIn(page, await person(`${name} ${RUN}`, roles, departments, projects));
  return page;
}

export async function roles(browser) {
  const department = await admin('POST', '/departments', { name: `Roles ${RUN}` });
  const project = await admin('POST', '/projects', { departmentId: department.id, name: 'roles', models: ['sim-small'] });

  await check('aDeveloperIsOfferedWhatTheyMayDoAndLedToNoScreenThatIsNotTheirs', async () => {
    const page = await as(browser, 'Rita Developer', ['developer'], [], [project.id]);
    await settled(page);
    expect(!(await page.getByRole('link', { name: 'Set a budget' }).isVisible()), 'they are to set a budget');
    await page.getByRole('link', { name: 'Create a key' }).waitFor();
    const there = await page.locator('main a[href]').evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute('href')))]);
    for (const href of there) {
      await go(page, href.replace(/^\/console/, ''));
      await settled(page);
      expect(!(await page.getByRole('heading', { level: 1, name: 'There is no such page' }).isVisible()), `${href} is no page of theirs`);
    }
    await page.context().close();
  });

  await check('whoeverCallsFromThePlaygroundSeesWhatItCostWithoutTheTrail', async () => {
    const page = await as(browser, 'Rosa Lead', ['department_lead'], [department.id]);
    await go(page, `/playground?model=sim-small&project=${project.id}`);
    await page.getByLabel('Prompt', { exact: true }).fill('hello');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/^\S*0\.0000\d* for 1$/).waitFor();
    await page.context().close();
  });

  await check('financeReadsMachineClientsAndPoliciesAndChangesNone', async () => {
    const page = await as(browser, 'Finn Finance', ['finance']);
    for (const [path, title] of [['/machine-clients', 'Machine clients'], ['/policies', 'Policies']]) {
      await page.getByRole('link', { name: title, exact: true }).click();
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await settled(page);
      const verbs = await page.locator('main').getByRole('button', { name: /^(Add|Set)/ }).count();
      expect(page.url().endsWith(path) && verbs === 0, `${page.url()} with ${verbs} buttons to change something`);
    }
    await page.context().close();
  });

  await check('anEmptyListOfAlertsSaysWhichThereAreNoneOf', async () => {
    const page = await watched(browser);
    await signIn(page);
    await page.route('**/api/v1/alerts?*', (route) => route.fulfill({ json: { items: [], next: null } }));
    await go(page, '/alerts?state=resolved');
    await page.getByRole('heading', { name: 'No alert is over yet' }).waitFor();
    expect(!(await page.getByText('Nothing is wrong').isVisible()), 'it says that nothing is wrong');
    await page.context().close();
  });
}
