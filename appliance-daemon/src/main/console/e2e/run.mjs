// The browser's checks against a running demo: GATEHOUSE_BOX (demo.json as text), CHROMIUM (its path), an output directory, perhaps the name of one part.
import { access } from './access.mjs';
import { files } from './files.mjs';
import { firstLoad } from './first-load.mjs';
import { governedForms } from './governed-forms.mjs';
import { journey } from './journey.mjs';
import { live } from './live.mjs';
import { modelStore } from './model-store.mjs';
import { narrow } from './narrow.mjs';
import { people } from './people.mjs';
import { playground } from './playground.mjs';
import { roles } from './roles.mjs';
import { screens } from './screens.mjs';
import { box, browser, call, keepPicturesIn, outcome, together } from './steps.mjs';

// Two at a time: more, and a machine that also runs two boxes, an identity provider and this browser makes them wait.
const AT_ONCE = 2;

process.env.GATEHOUSE_CONSOLE = box.console;
const out = process.argv[2];
const only = process.argv[3] ?? '';
keepPicturesIn(out);
const chromium = await browser();
// People with their own work, who don't get into each other's way; then pictures of what they leave.
const ways = {
  journey: () => journey(chromium),
  people: () => people(chromium, out),
  playground: () => playground(chromium, out),
  access: () => access(chromium),
  'model-store': () => modelStore(chromium, out),
  live: () => live(chromium, out),
  'governed-forms': () => governedForms(chromium, out),
  narrow: () => narrow(chromium, out),
  roles: () => roles(chromium),
  files: () => files(chromium),
};
try {
  await Promise.all(box.keys.flatMap((key) => box.models.map(async (model) => (await call(key.key, model, { 'x-gatehouse-scenario': 'nightly-report' })).text())));
  if (!only || only === 'first-load') await firstLoad(chromium);
  await together(
    Object.entries(ways).filter(([name]) => !only || only === name).map(([, way]) => way),
    AT_ONCE,
  );
  if (!only || only === 'screens') await screens(chromium, out, AT_ONCE);
} finally {
  await chromium.close();
}
process.exit(outcome() === 0 ? 0 : 1);
