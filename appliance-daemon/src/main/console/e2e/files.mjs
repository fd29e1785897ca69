// Large files that a browser brings to an appliance. The demo is none: what one answers is played here.
import { expect, check, go, settled, signIn, until, watched } from './steps.mjs';

const PART = 8 << 20;
const SIZE = 2 * PART + 1234;
const NOTHING = { receivedBytes: null, trouble: null, work: null };
const RESTORE = { ...NOTHING, keptBytes: 0, last: null, unsupported: null };
const UPDATE = { ...NOTHING, compatible: 'gatehouse-vm', last: null, releases: [], rootHash: '0'.repeat(64), supported: true, version: '1.0.0' };
const BACKUP = { box: 'gatehouse-old', createdAt: '2026-01-01T00:00:00Z', holdsKey: true, keys: 3, models: 1, opens: true, records: 9, rows: 9, schema: '109', unpackedBytes: 1, users: 2, version: '1.0.0' };

/** An appliance that takes a file; what was sent of it, as [offset, length]. Told to, it refuses the next part. */
async function takes(page, path, state, file) {
  const box = { parts: [], refuses: false, received: null };
  await page.route(`**/api/v1/system/${path}`, (route) => (route.request().method() === 'GET' ? route.fulfill({ json: { ...state, receivedBytes: box.received } }) : route.continue()));
  await page.route(`**/api/v1/system/${path}/${file}?*`, (route) => {
    if (box.refuses) return route.fulfill({ status: 409, contentType: 'application/problem+json', json: { type: 'urn:gatehouse:problem:disk_full', title: 'Not done', status: 409, detail: 'There is no room for it.', errors: [] } });
    const offset = Number(new URL(route.request().url()).searchParams.get('offset'));
    const length = route.request().postDataBuffer()?.length ?? 0;
    box.parts.push([offset, length]);
    box.received = offset + length;
    return route.fulfill({ json: { bytes: box.received } });
  });
  return box;
}

const whole = (parts) => JSON.stringify(parts) === JSON.stringify([[0, PART], [PART, PART], [2 * PART, SIZE - 2 * PART]]);

async function systemOf(page) {
  await signIn(page);
  await go(page, '/system');
  await settled(page);
}

export async function files(browser) {
  const content = Buffer.alloc(SIZE, 7);

  await check('aBackupIsSentInPartsAndItsContentsAreShown', async () => {
    const page = await watched(browser);
    const box = await takes(page, 'restore', RESTORE, 'file');
    await page.route('**/api/v1/system/restore/check', (route) => route.fulfill({ json: BACKUP }));
    await systemOf(page);
    await page.locator('input[type=file][accept=".backup"]').setInputFiles({ name: 'gatehouse.backup', mimeType: 'application/octet-stream', buffer: content });
    await page.getByText('gatehouse-old').waitFor();
    expect(whole(box.parts), `sent ${JSON.stringify(box.parts)}`);
    expect((await page.faults()).length === 0, (await page.faults()).join('\n'));
    await page.context().close();
  });

  await check('aBundleIsSentInPartsAndWhatTheBoxRefusesOfItIsSaid', async () => {
    const page = await watched(browser);
    const box = await takes(page, 'update', UPDATE, 'bundle');
    await systemOf(page);
    const chosen = page.locator('input[type=file][accept=".bundle"]');
    await chosen.setInputFiles({ name: 'next.bundle', mimeType: 'application/octet-stream', buffer: content });
    await page.getByText(/A bundle is on the box/).waitFor();
    await until(() => whole(box.parts), `sent ${JSON.stringify(box.parts)}`);
    box.refuses = true;
    await chosen.setInputFiles({ name: 'large.bundle', mimeType: 'application/octet-stream', buffer: content });
    await page.getByText('There is no room for it.').waitFor();
    expect(await page.getByRole('button', { name: 'Upload a bundle' }).isEnabled(), 'it can not be tried again');
    expect((await page.faults()).length === 0, (await page.faults()).join('\n'));
    await page.context().close();
  });
}
