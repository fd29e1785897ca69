// The browser's checks against a running demo: GATEHOUSE_BOX (demo.json as text), CHROMIUM (its path), an output directory.
import { firstLoad } from './first-load.mjs';
import { journey } from './journey.mjs';
import { modelStore } from './model-store.mjs';
import { people } from './people.mjs';
import { screens } from './screens.mjs';
import { box, browser, call, keepPicturesIn, outcome } from './steps.mjs';

process.env.GATEHOUSE_CONSOLE = box.console;
keepPicturesIn(process.argv[2]);
const only = process.argv[3] ?? '';
const chromium = await browser();
try {
  for (const key of box.keys) for (const model of box.models) await (await call(key.key, model, { 'x-gatehouse-scenario': 'nightly-report' })).text();
  if (!only || only === 'first-load') await firstLoad(chromium);
  if (!only || only === 'journey') await journey(chromium);
  if (!only || only === 'model-store') await modelStore(chromium, process.argv[2]);
  if (!only || only === 'people') await people(chromium, process.argv[2]);
  if (!only || only === 'screens') await screens(chromium, process.argv[2]);
} finally {
  await chromium.close();
}
process.exit(outcome() === 0 ? 0 : 1);
