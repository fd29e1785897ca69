// A person signs on with the company account: GATEHOUSE_BOX ({"console"} as text), CHROMIUM, then the button's text, user and password.
import { box, browser, check, console_, expect, LONG, outcome } from './steps.mjs';

const [button, user, password] = process.argv.slice(2);
const chromium = await browser();
try {
  const context = await chromium.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  page.setDefaultTimeout(LONG);
  await check(`${button}: the way through the provider's page into the console`, async () => {
    await page.goto(box.console);
    await page.getByRole('link', { name: button }).click();
    await page.locator('input[name=username]').fill(user);
    await page.locator('input[name=password]').fill(password);
    await page.locator('[type=submit]').click();
    await page.waitForURL((url) => url.href.startsWith(console_));
    await page.getByRole('navigation').first().waitFor();
    const session = await page.evaluate(async () => (await fetch('/api/v1/session')).json());
    expect(session.user?.name === user, `signed on as ${JSON.stringify(session)}`);
    expect(session.way === 'provider', session.way);
  });
  await check(`${button}: the session is kept from scripts`, async () => {
    const kept = await context.cookies(box.console);
    const session = kept.find((cookie) => cookie.name.includes('gatehouse') && !cookie.name.includes('sign-on'));
    expect(session?.httpOnly && session.sameSite === 'Lax', JSON.stringify(kept.map((cookie) => ({ ...cookie, value: '' }))));
    expect(!kept.some((cookie) => cookie.name.includes('sign-on')), 'the sign-on is not forgotten');
  });
  await check(`${button}: somebody whom the provider refuses stays outside and is told`, async () => {
    await context.clearCookies();
    await page.goto(`${console_}/?sign-on-problem=no_access`);
    await page.getByRole('alert').waitFor();
    expect((await page.evaluate(async () => (await fetch('/api/v1/session')).status)) === 401, 'still inside');
  });
} finally {
  await chromium.close();
}
process.exit(outcome() === 0 ? 0 : 1);
