// Small phones, in both languages: whatever stands at the top can be reached, and no page is wider than its window.
import { join } from 'node:path';

import { check, expect, go, settled, signIn, watched } from './steps.mjs';

const PLACES = { overview: '/', alerts: '/alerts', gpus: '/gpus', playground: '/playground', tokens: '/tokens', 'tokens-new': '/tokens?new=1', 'machine-clients': '/machine-clients', 'machine-clients-new': '/machine-clients?new=1', 'prices-new': '/prices?new=1' };

export async function narrow(browser, out) {
  for (const width of [390, 320]) {
    for (const locale of ['en-US', 'zh-CN']) {
      await check(`aPhoneOf${width}In${locale}ShowsAllThereIs`, async () => {
        const page = await watched(browser, { viewport: { width, height: 844 }, locale, colorScheme: width === 320 ? 'dark' : 'light' });
        await signIn(page);
        for (const [name, path] of Object.entries(PLACES)) {
          await go(page, path);
          await settled(page);
          if (name.endsWith('-new')) await page.getByRole('dialog').waitFor();
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect(wider <= 0, `${name} is ${wider} px wider than its window`);
          const outside = await page.evaluate(() =>
            [...document.querySelectorAll('header button')]
              .map((button) => [button.getAttribute('aria-label'), button.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.right > innerWidth || box.left < 0 || box.top < 0 || box.bottom > 60))
              .map(([label]) => label),
          );
          expect(outside.length === 0, `${name}: out of reach at the top: ${outside.join(', ')}`);
          await page.screenshot({ path: join(out, `narrow-${name}-${width}-${locale}.png`) });
        }
        await page.context().close();
      });
    }
  }
}
