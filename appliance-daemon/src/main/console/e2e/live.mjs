// Figures that the box tells by itself: one connection for a page, whatever it shows; asking again while that is lost; the number of open alerts.
import { join } from 'node:path';

import { admin, box, call, check, expect, giveToken, go, settled, signIn, watched } from './steps.mjs';

const stamp = (page, word) => page.locator(`[data-live="${word}"]`);
const opened = (page) => page.evaluate(() => Number(document.querySelector('.mantine-AppShell-navbar .count [aria-hidden]')?.textContent ?? 0));

/** Waits until something holds, with a deadline that a busy machine keeps. */
async function comes(holds, what) {
  for (const end = Date.now() + 60_000; !(await holds()); await new Promise((soon) => setTimeout(soon, 200))) expect(Date.now() < end, what);
}

/** Which streams of events a page has begun, and what it has asked the API for. */
function asked(page) {
  const all = { streams: [], questions: [] };
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    if (path === '/api/v1/events') all.streams.push(request.url());
    else if (path.startsWith('/api/')) all.questions.push(path);
  });
  return all;
}

export async function live(browser, out) {
  await check('overviewIsToldWhatItShowsAndAsksForNoneOfIt', async () => {
    const page = await watched(browser);
    const seen = asked(page);
    await signIn(page);
    await settled(page);
    await stamp(page, 'told').waitFor();
    const calls = page.getByRole('link', { name: /^Calls today/ });
    const before = await calls.innerText();
    seen.questions.length = 0;
    await page.waitForTimeout(7_000);
    const again = seen.questions.filter((path) => /system\/status|\/gpus$|deployments\/status/.test(path));
    expect(again.length === 0, `asked for what it is told: ${again}`);
    for (let i = 0; i < 3; i++) await (await call(box.keys[0].key, box.models[0])).text();
    await comes(async () => (await calls.innerText()) !== before, 'the calls were not counted');
    expect(seen.streams.length <= 2, `${seen.streams.length} streams: ${seen.streams.join(' ')}`);
    expect((await page.faults()).length === 0, (await page.faults()).join('\n'));
    await page.context().close();
  });

  await check('gpusMoveWithoutBeingAskedFor', async () => {
    const page = await watched(browser);
    const seen = asked(page);
    await signIn(page);
    await go(page, '/gpus');
    await settled(page);
    await stamp(page, 'told').waitFor();
    const first = await stamp(page, 'told').innerText();
    seen.questions.length = 0;
    await comes(async () => (await stamp(page, 'told').innerText()) !== first, 'the GPUs stood still');
    expect(!seen.questions.includes('/api/v1/gpus'), 'the GPUs were asked for');
    await page.getByRole('button', { name: 'Pause' }).click();
    await stamp(page, 'paused').waitFor();
    const held = await stamp(page, 'paused').innerText();
    await page.waitForTimeout(3_500);
    expect((await stamp(page, 'paused').innerText()) === held, 'paused figures moved');
    await page.getByRole('button', { name: 'Resume' }).click();
    await stamp(page, 'told').waitFor();
    await page.context().close();
  });

  await check('aPageThatHearsNothingAsksAndSaysSoUntilItHearsAgain', async () => {
    const page = await watched(browser);
    await page.route('**/api/v1/events*', (route) => route.abort());
    const seen = asked(page);
    await signIn(page);
    await go(page, '/gpus');
    await stamp(page, 'asking').waitFor({ timeout: 30_000 });
    seen.questions.length = 0;
    await page.waitForTimeout(5_000);
    expect(seen.questions.includes('/api/v1/gpus'), 'the GPUs were not asked for');
    await page.screenshot({ path: join(out, 'gpus-asking-light.png') });
    await page.unroute('**/api/v1/events*');
    await stamp(page, 'told').waitFor({ timeout: 60_000 });
    await page.context().close();
  });

  await check('whatSomebodySawIsForgottenWhenTheySignOut', async () => {
    const page = await watched(browser);
    await signIn(page);
    await go(page, '/keys');
    const [key] = (await admin('GET', '/keys?limit=1&state=active')).items;
    await page.getByRole('row', { name: new RegExp(key.name) }).first().waitFor();
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.locator('.mantine-AppShell-navbar').waitFor({ state: 'detached' });
    await page.route('**/api/v1/keys*', (route) => route.abort());
    await giveToken(page);
    await page.locator('.mantine-AppShell-navbar').waitFor();
    await go(page, '/keys');
    await page.getByRole('alert').first().waitFor({ timeout: 30_000 });
    expect((await page.getByRole('row', { name: new RegExp(key.name) }).count()) === 0, 'keys of before are shown');
    await page.context().close();
  });

  await check('openAlertsAreCountedWhereOneSeesThem', async () => {
    const page = await watched(browser);
    await signIn(page);
    await settled(page);
    // Others sign in meanwhile, and some of that is an alert too: what the box says is open is what counts.
    const shows = async (full) => {
      const all = (await admin('GET', '/alerts?state=open&limit=1000')).items;
      return all.some((one) => one.kind === 'disk_space') === full && (await opened(page)) === all.length;
    };
    // A run before this one may have broken off.
    for (const one of (await admin('GET', '/alert-rules')).items) if (one.name === 'any-disk') await admin('DELETE', `/alert-rules/${one.id}`);
    const rule = await admin('POST', '/alert-rules', { name: 'any-disk', kind: 'disk_space', threshold: 1, calmSeconds: 0 });
    try {
      await comes(() => shows(true), 'the alert was not counted');
      await page.screenshot({ path: join(out, 'alerts-badge-light.png') });
      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('button', { name: /Open or close the navigation; open alerts: / }).waitFor();
      await page.screenshot({ path: join(out, 'alerts-badge-phone.png') });
    } finally {
      await admin('DELETE', `/alert-rules/${rule.id}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await comes(() => shows(false), 'the alert is still counted');
    await page.context().close();
  });
}
