// Every screen, in both themes and on a phone: pictures to look at, accessibility, no sideways scrolling.
import { join } from 'node:path';

import { admin, check, expect, go, signIn, together, watched } from './steps.mjs';
import { look, VIEWS } from './views.mjs';

async function places() {
  const first = async (noun) => (await admin('GET', `/${noun}?limit=1`)).items[0]?.id;
  const gpu = (await admin('GET', '/gpus')).nodes[0].gpus[0].id;
  const call = (await admin('GET', '/audit?kind=call&outcome=completed&limit=1')).items[0].record.id;
  const change = (await admin('GET', '/audit?kind=admin&objectType=departments&limit=1')).items[0].record.id;
  const assistant = (await admin('GET', '/models?name=sim-assistant')).items[0].id;
  const provider = await first('sign-on');
  return {
    overview: '/', alerts: '/alerts', 'alerts-over': '/alerts?state=resolved', 'alert-destinations': '/alerts?tab=destinations', requests: '/requests?state=all', usage: '/usage?range=today&compare=1', audit: '/audit', call: `/audit/${call}`, change: `/audit/${change}`,
    keys: '/keys', 'keys-new': '/keys?new=1', key: `/keys/${await first('keys')}`,
    departments: '/departments', department: `/departments/${await first('departments')}`, users: '/users', 'users-new': '/users?new=1', 'sign-on': '/sign-on', 'sign-on-new': '/sign-on?new=1', ...(provider ? { provider: `/sign-on/${provider}` } : {}), sessions: '/sessions', tokens: '/tokens', 'tokens-new': '/tokens?new=1', 'machine-clients': '/machine-clients', 'machine-clients-new': '/machine-clients?new=1',
    budgets: '/limits', limits: '/limits?tab=limits', 'limits-new': '/limits?tab=limits&new=1', policies: '/policies', 'policies-new': '/policies?new=1',
    prices: '/prices', 'prices-new': '/prices?new=1', models: '/models', 'models-new': '/models?new=1', model: `/models/${assistant}`,
    upstreams: '/upstreams', 'upstreams-new': '/upstreams?new=1', upstream: `/upstreams/${await first('upstreams')}`,
    deployments: '/deployments', 'deployments-new': '/deployments?new=1', deployment: `/deployments/${await first('deployments')}`,
    'model-store': '/model-store', 'model-store-imports': '/model-store?tab=imports', 'model-store-new': '/model-store?new=1', gpus: '/gpus', 'gpus-events': '/gpus?tab=events', gpu: `/gpus/${gpu}`, cache: '/cache', catalogue: '/catalogue', playground: '/playground', system: '/system', nowhere: '/no-such-page',
  };
}

export async function screens(browser, out, atOnce) {
  const all = await places();
  await together(
    VIEWS.map((view) => () => everyScreen(browser, out, view, all)),
    atOnce,
  );
}

async function everyScreen(browser, out, view, all) {
  const page = await watched(browser, { reducedMotion: 'reduce', ...view.options });
  const picture = (name) => join(out, `${name}-${view.name}.png`);
  await check(`signIn in ${view.name}`, async () => {
    await page.goto(process.env.GATEHOUSE_CONSOLE);
    await look(page, view, 'sign-in', picture('sign-in'));
    await signIn(page);
  });
  for (const [name, path] of Object.entries(all)) {
    await check(`${name} in ${view.name}`, async () => {
      await go(page, path);
      if (name.endsWith('-new')) await page.getByRole('dialog').waitFor();
      await look(page, view, name, picture(name), { fullPage: !name.endsWith('-new') });
      expect(!(await page.getByText(/This screen failed|此页面出错/).isVisible()), 'the screen failed');
    });
  }
  await check(`nothing broke the policy in ${view.name}`, async () => {
    const faults = await page.faults();
    expect(faults.length === 0, faults.join('\n'));
  });
  await page.context().close();
}
