// What the checks have in common: a browser that is watched, and a line of JSON for each check.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

export const box = JSON.parse(process.env.GATEHOUSE_BOX ?? '{"console":"http://127.0.0.1/console/"}');
export const console_ = box.console.replace(/\/$/, '');

/** What a loaded machine may need for what takes a moment elsewhere, in milliseconds; less is handy while one writes a check. */
export const LONG = Number(process.env.GATEHOUSE_LONGEST_WAIT ?? 60_000);

let failures = 0;
let pictures = null;
const pages = new Set();

/** Where pictures lie: those of checks that fail, too. */
export function keepPicturesIn(directory) {
  mkdirSync(directory, { recursive: true });
  pictures = directory;
}

/** Goes several ways at once, so many at a time; when one breaks, the others go to their ends first. */
export async function together(ways, width) {
  const left = [...ways];
  const goOn = async () => {
    for (let way = left.shift(); way; way = left.shift()) await way();
  };
  const ended = await Promise.allSettled(Array.from({ length: width }, goOn));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken) throw broken.reason;
}

/** Runs a check and says what came of it. */
export async function check(name, run) {
  const began = Date.now();
  try {
    const detail = await run();
    process.stdout.write(`${JSON.stringify({ check: name, ok: true, millis: Date.now() - began, detail: detail ?? '' })}\n`);
  } catch (e) {
    failures++;
    // What was to be seen then says most about why.
    let place = 0;
    if (pictures) for (const page of pages) await page.screenshot({ path: join(pictures, `failed-${name}-${++place}.png`) }).catch(() => undefined);
    process.stdout.write(`${JSON.stringify({ check: name, ok: false, millis: Date.now() - began, detail: String(e?.stack ?? e).slice(0, 3000) })}\n`);
  }
}

/** Checks that go one after the other on one way: what comes after a failure says nothing, and is not tried. */
export function way() {
  let broken = false;
  return (name, run) =>
    check(name, async () => {
      expect(!broken, 'not tried, because something before it failed');
      broken = true;
      const detail = await run();
      broken = false;
      return detail;
    });
}

export function expect(truth, message) {
  if (!truth) throw new Error(message);
}

/** Asks until it is so. */
export async function until(isSo, message) {
  for (const end = Date.now() + LONG; !(await isSo()); await new Promise((again) => setTimeout(again, 50))) expect(Date.now() < end, message);
}

export function outcome() {
  return failures;
}

export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    // Without a sandbox, because tests often run as root, where Chromium refuses its own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** A page that remembers what must not happen: reports of the security policy, requests elsewhere (but for places that it may go to), errors of scripts. */
export async function watched(from, options = {}, elsewhere = []) {
  const context = await from.newContext({ viewport: { width: 1360, height: 900 }, locale: 'en-US', timezoneId: 'UTC', ...options });
  const faults = [];
  await context.addInitScript(() => {
    const ask = window.fetch;
    window.underWay = 0;
    window.fetch = async (...what) => {
      window.underWay++;
      try {
        return await ask(...what);
      } finally {
        window.underWay--;
      }
    };
    window.reports = [];
    document.addEventListener('securitypolicyviolation', (event) => window.reports.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
  });
  const page = await context.newPage();
  pages.add(page);
  page.on('close', () => pages.delete(page));
  page.setDefaultTimeout(LONG);
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (![new URL(console_).origin, ...elsewhere].some((origin) => url.startsWith(origin)) && !url.startsWith('data:') && !url.startsWith('blob:')) faults.push(`elsewhere: ${url}`);
  });
  page.faults = async () => [...faults, ...(await page.evaluate(() => window.reports)).map((report) => `policy: ${report}`)];
  return page;
}

/** Signs in with the admin token, on whatever ways of signing in the page offers. */
export async function giveToken(page, token = box.adminToken) {
  await page.locator('input').first().waitFor();
  const other = page.getByRole('button', { name: /Use an admin token|使用管理员令牌/ });
  if (await other.isVisible()) await other.click();
  await page.getByLabel('Admin token', { exact: true }).or(page.getByLabel('管理员令牌', { exact: true })).fill(token);
  await page.keyboard.press('Enter');
}

export async function signIn(page) {
  await page.goto(`${console_}/`);
  await giveToken(page);
  await page.getByRole('heading', { level: 1, name: /Overview|概览/ }).waitFor();
}

/** Goes to another screen as a link would, without losing what the page holds in memory. */
export async function go(page, path) {
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, new URL(console_).pathname + path);
}

/** Waits until a screen stands: nothing is asked for, nothing is a skeleton, nothing moves, for some frames on end. */
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.evaluate(
    ([frames, longest]) =>
      new Promise((stands, fails) => {
        const began = performance.now();
        let changed = false;
        let quiet = 0;
        const watching = new MutationObserver(() => (changed = true));
        watching.observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
        const moves = () => document.getAnimations().some((one) => one.playState === 'running' && one.effect?.getComputedTiming().endTime !== Infinity);
        const look = () => {
          const busy = changed || window.underWay > 0 || document.querySelector('[role=status] .mantine-Skeleton-root') || moves();
          changed = false;
          quiet = busy ? 0 : quiet + 1;
          if (quiet >= frames || performance.now() - began > longest) {
            watching.disconnect();
            if (quiet >= frames) stands();
            else fails(new Error(`the screen did not come to rest: ${window.underWay} requests are under way`));
          } else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
    [6, LONG],
  );
}

/** Which of axe's rules can say something new of a document that they have seen before, in other colours or on a narrower page. */
export const RULES = { colours: ['color-contrast', 'link-in-text-block'], layout: ['target-size', 'scrollable-region-focusable'] };

/** Whether assistive technology gets along with what is shown: by those rules, or by all of WCAG 2.2 A and AA. */
export async function accessible(page, where, rules = null) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate((some) => {
    const runOnly = some ? { type: 'rule', values: some } : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
    return window.axe.run(document, { runOnly, resultTypes: ['violations'] }).then((result) =>
      result.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical').map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.failureSummary.slice(0, 220)}`).join(' | ')}`),
    );
  }, rules);
  expect(found.length === 0, `${where}: ${found.join('\n')}`);
}

export async function admin(method, path, body) {
  const answer = await fetch(`${box.admin}${path}`, {
    method,
    headers: { authorization: `Bearer ${box.adminToken}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

export async function call(key, model, extra = {}) {
  return fetch(`${box.gateway}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...extra },
    body: JSON.stringify({ model, max_tokens: 40, messages: [{ role: 'user', content: 'What does a gatehouse do?' }] }),
  });
}
