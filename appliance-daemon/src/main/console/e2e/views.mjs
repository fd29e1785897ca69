// In which views every screen is looked at. Each view says by which rules: what the first has looked at, the others need not look at again.
import { accessible, expect, RULES, settled } from './steps.mjs';

export const VIEWS = [
  { name: 'light', options: { colorScheme: 'light' }, rules: null },
  { name: 'dark', options: { colorScheme: 'dark' }, rules: RULES.colours },
  { name: 'phone', options: { colorScheme: 'light', viewport: { width: 375, height: 812 } }, rules: RULES.layout },
  { name: 'chinese', options: { colorScheme: 'light', locale: 'zh-CN' }, rules: RULES.layout },
  // What is left of languages, themes and widths: only for people who look at pictures (GATEHOUSE_ALL_VIEWS=1).
  ...(process.env.GATEHOUSE_ALL_VIEWS ? [{ name: 'chinese-dark-phone', options: { colorScheme: 'dark', locale: 'zh-CN', viewport: { width: 390, height: 844 } }, rules: RULES.colours }] : []),
];

/** Waits for the screen, takes its picture, and looks at what holds for every screen in every view. */
export async function look(page, view, name, picture, { fullPage = true } = {}) {
  await settled(page);
  await page.screenshot({ path: picture, fullPage });
  await accessible(page, name, view.rules);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(width <= 0, `the page is ${width} px wider than its window`);
  const headings = await page.locator('h1').count();
  expect(headings === 1, `${headings} main headings`);
}
