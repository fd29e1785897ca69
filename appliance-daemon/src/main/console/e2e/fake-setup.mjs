// The set-up API as its contract says, kept in memory, for working on its pages without a daemon. Strict: what the contract
// does not know is refused, versions are held, secrets are shown once.
import { randomBytes } from 'node:crypto';

import { codeOf } from './codes.mjs';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NAMES = ['machine', 'certificate', 'administrator', 'sign-on', 'organization', 'providers', 'local-models', 'safekeeping', 'first-key'];
const GIB = 2 ** 30;
const MODELS = ['gpt-5', 'gpt-5-mini', 'text-embedding-3-large'];
const SECRETS = /^(password|secret|apiKey|privateKeyPem|oneTimeCode|oneTimeCodeSecret)$/;

const open = (value) =>
  Array.isArray(value) ? value.map(open) : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).filter(([name]) => !SECRETS.test(name)).map(([name, one]) => [name, open(one)])) : value;
/** Money must come as text. */
const decimals = (value) =>
  value && typeof value === 'object' ? Object.entries(value).flatMap(([name, one]) => (/PerMillion$|Budget$/.test(name) && typeof one === 'number' ? [name] : decimals(one))) : [];
const passed = (name, message, millis = 0, models = null) => ({ name, ok: true, message, millis, models });
const failed = (name, message, millis = 0) => ({ name, ok: false, message, millis, models: null });

export function fakeSetup({ delay = 400 } = {}) {
  const code = () => [...randomBytes(8)].map((byte) => LETTERS[byte % 32]).join('').replace(/^(.{4})/, '$1-');
  const state = { phase: 'unclaimed', code: code(), until: Date.now() + 900_000, session: null, claimedAt: null, pending: null, login: null };
  const steps = NAMES.map((name) => ({ name, status: 'open', reason: null, changedAt: null, version: 0, answer: null, result: null }));
  const stepOf = (name) => steps.find((step) => step.name === name);

  const found = {
    machine: () => ({ interfaces: [{ name: 'eno1', mac: '02:00:5e:00:53:01', up: true, addresses: ['192.0.2.7/24'] }, { name: 'eno2', mac: '02:00:5e:00:53:02', up: false, addresses: [] }], timeZone: 'Etc/UTC', hostname: 'gatehouse', recorded: true }),
    certificate: () => ({ use: 'shown', kind: 'self_signed', kinds: ['self_signed', 'upload', 'csr'], fingerprint: 'ab'.repeat(32), expiresAt: '2027-11-21T00:00:00Z', names: ['gatehouse'] }),
    administrator: () => ({ awaiting: state.pending !== null, leastCharacters: 12 }),
    'sign-on': () => ({
      presets: [], callback: 'http://127.0.0.1/api/v1/sign-on/{name}/callback', lastTestLogin: state.login,
      providers: stepOf('sign-on').answer ? [{ name: stepOf('sign-on').answer.name, kind: stepOf('sign-on').answer.kind, callback: '', begin: `/api/v1/sign-on/${stepOf('sign-on').answer.name}/begin?test=true&returnTo=/setup/` }] : [],
    }),
    providers: () => ({ kinds: [{ kind: 'openai', label: 'OpenAI', baseUrl: 'https://api.openai.com/v1', options: [] }, { kind: 'bedrock', label: 'Amazon Bedrock', baseUrl: null, options: ['region'] }, { kind: 'openai_compatible', label: 'Any server that speaks OpenAI’s dialect', baseUrl: null, options: [] }] }),
    'local-models': () => ({
      gpus: [0, 1].map((gpu) => ({ id: `GPU-${gpu}`, totalBytes: 80 * GIB, usedBytes: gpu * 20 * GIB, promisedBytes: 0 })),
      catalog: [
        { model: 'meta/llama-8b@97067b38', name: 'llama-8b', verdict: 'fits', reasons: [] },
        { model: 'meta/llama-405b@1c067b38', name: 'llama-405b', verdict: 'does_not_fit', reasons: ['Its weights need 810 GiB, the GPUs give 140 GiB.'] },
      ],
    }),
    organization: () => ({ currency: 'USD', departments: [], presets: [] }),
    safekeeping: () => ({ lastBackup: null }),
    'first-key': () => ({
      projects: (stepOf('organization').answer?.departments ?? []).flatMap((one) => one.projects.map((project) => ({ department: one.name, project }))),
      models: (stepOf('providers').answer?.upstreams ?? []).flatMap((one) => one.models.map((model) => model.name)),
    }),
  };

  const check = {
    machine: (answer) => [
      ...(answer.network.mode === 'unchanged' ? [] : [answer.network.device ? passed('device', `The box has the network card ${answer.network.device}.`) : failed('device', 'Name the network card.')]),
      ...answer.ntpServers.map((server) => (server.includes('nowhere') ? failed(`time server ${server}`, `${server} does not answer. Correct its name, or take another.`, 2000) : passed(`time server ${server}`, 'It answers; the clocks differ by 3 ms.', 12))),
    ],
    certificate: (answer) => [answer.kind === 'upload' && !answer.certificatePem ? failed('certificate', 'The certificate is missing. Give certificatePem.') : passed(answer.kind, 'The box makes its own certificate.')],
    administrator: (answer) => [
      answer.password.length < 12 ? failed('password', 'The password must have 12 characters at least.') : passed('password', 'The password will do.'),
      ...(answer.oneTimeCode === undefined ? [] : [answer.oneTimeCode === codeOf(state.pending ?? 'A') ? passed('oneTimeCode', 'The code is right.') : failed('oneTimeCode', 'The code is wrong. Take the one that the app shows now.')]),
    ],
    'sign-on': (answer) => [passed('settings', 'One thing would be made.', 3), answer.oidc?.issuer?.includes('nowhere') ? failed('provider', 'It does not answer. Check the address.', 5000) : passed('provider', 'It answers, its issuer is the one in the settings, and it has 2 key(s).', 41)],
    providers: (answer) => answer.upstreams.map((one) => (one.apiKey === 'wrong' ? failed(one.name, 'The provider refuses the key (401). Copy it again from its console.', 220) : passed(one.name, 'It answers.', 180, MODELS))),
    'local-models': (answer) => answer.deployments.map((one) => (one.model.includes('405') ? failed(one.name, 'Its weights need 810 GiB, the GPUs give 140 GiB.', 4) : passed(one.name, 'It fits on GPU-0, with room for 32 sequences of 8,192 tokens.', 4))),
    organization: (answer) => [answer.departments.some((one) => !one.name) ? failed('organization', 'A department needs a name.') : passed('organization', `${answer.departments.length} things would be made, 0 changed.`, 2)],
    safekeeping: (answer) => (answer.backup ? [answer.backup.directory.startsWith('/') ? passed('backup', `Files can be written and deleted in ${answer.backup.directory}.`, 1) : failed('backup', 'The directory must be an absolute path.')] : []),
    'first-key': (answer) => [answer.project ? passed('project', 'The project is there.') : failed('project', 'Answer the step organization first.')],
  };

  function accept(step, answer) {
    if (step.name === 'administrator' && answer.oneTimeCode === undefined) {
      state.pending ??= [...randomBytes(32)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
      return { status: 'open', result: { awaiting: 'one_time_code' }, secrets: { codeSecret: state.pending, codeUri: `otpauth://totp/Gatehouse:${encodeURIComponent(answer.name)}?secret=${state.pending}&issuer=Gatehouse` } };
    }
    if (step.name === 'certificate' && answer.kind === 'csr' && !answer.certificatePem) {
      return { status: 'open', result: { awaiting: 'certificate', csrPem: `-----BEGIN CERTIFICATE REQUEST-----\n${randomBytes(96).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n` }, secrets: null };
    }
    if (step.name === 'first-key') {
      const model = answer.models[0] ?? found['first-key']().models[0] ?? 'gpt-5';
      return { status: 'done', result: { changed: true, publicId: 'abcdefgh', answer: { model, text: 'Hello! I am here.', millis: 412, inputTokens: 14, outputTokens: 6 } }, secrets: { key: `ghk_abcdefgh_${randomBytes(32).toString('base64url')}` } };
    }
    return { status: 'done', result: { changed: true }, secrets: null };
  }

  const handle = (asked, answer, path) => {
    if (!path.startsWith('/api/v1/setup')) return false;
    const send = (status, body, headers = {}) => answer.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers }).end(JSON.stringify(body));
    const problem = (status, kind, title, detail, more = {}) => send(status, { type: `urn:gatehouse:problem:${kind}`, title, status, detail, errors: [], requestId: 'fake', ...more });
    const mine = () => state.session !== null && (asked.headers.cookie ?? '').includes(`fake-set-up=${state.session}`);
    const text = [];
    asked.on('data', (piece) => text.push(piece));
    asked.on('end', () => {
      const body = text.length ? JSON.parse(Buffer.concat(text).toString()) : {};
      if (asked.method !== 'GET' && asked.headers['x-gatehouse-console'] !== '1') return problem(403, 'forged', 'Refused', 'The header x-gatehouse-console is missing.');
      const rest = path.slice('/api/v1/setup'.length);
      if (rest === '') {
        return send(200, { phase: state.phase, version: '0.1.0', certificateFingerprint: 'ab'.repeat(32), codeExpiresAt: state.code ? new Date(state.until).toISOString() : null, claimedAt: state.claimedAt, simulated: true, steps: mine() ? steps : [] });
      }
      if (rest === '/claim') {
        if (state.phase === 'finished') return problem(409, 'set_up_finished', 'The set-up is finished', 'This box is set up.');
        if (state.code === null) return problem(409, 'already_claimed', 'Somebody was first', 'Somebody has claimed the set-up already.');
        if (body.code?.toUpperCase() !== state.code) return problem(403, 'claim_code_wrong', 'Wrong code', 'The code is not the one that the box’s console shows. Type that one.');
        if (Date.now() > state.until) return problem(403, 'claim_code_expired', 'Code too old', 'The code counts no more. Take the one that the box’s console shows now.');
        Object.assign(state, { phase: 'claimed', code: null, session: randomBytes(16).toString('hex'), claimedAt: new Date().toISOString() });
        return send(200, { phase: 'claimed', token: null, expiresAt: new Date(Date.now() + 43_200_000).toISOString() }, { 'set-cookie': `fake-set-up=${state.session}; Path=/; HttpOnly; SameSite=Lax` });
      }
      if (!mine()) return problem(401, 'setup_taken_over', 'Taken over', 'Somebody has claimed the set-up with a newer code.');
      if (rest === '/finish') {
        const left = steps.filter((step) => step.status === 'open').map((step) => step.name);
        if (left.length > 0) return problem(409, 'setup_incomplete', 'Steps are open', `These steps are open: ${left.join(', ')}.`, { open: left });
        state.phase = 'finished';
        return send(200, { phase: 'finished', steps });
      }
      const [, name, act] = /^\/steps\/([a-z-]+)(?:\/(check|skip))?$/.exec(rest) ?? [];
      const step = stepOf(name);
      if (!step) return problem(404, 'not_found', 'Not found', 'The set-up has no such step.');
      const version = asked.headers['if-match'];
      const stale = version !== undefined && version !== `"${step.version}"`;
      const become = (next) => Object.assign(step, { reason: null, changedAt: new Date().toISOString(), version: step.version + 1 }, next);
      if (asked.method === 'GET') return send(200, { ...step, found: found[name]() });
      if (stale) return problem(412, 'version_conflict', 'Changed by somebody else', `The step ${name} is at version ${step.version}.`, { current: step });
      if (act === 'skip') return body.reason ? send(200, become({ status: 'skipped', reason: body.reason })) : problem(400, 'invalid', 'The request is wrong', 'reason is missing.');
      const numbers = decimals(body.answer);
      if (numbers.length > 0) return problem(400, 'invalid', 'The request is wrong', `${numbers.join(', ')} must be a decimal number as a string.`);
      const checks = check[name](body.answer);
      if (act === 'check') return setTimeout(() => send(200, { ok: checks.every((one) => one.ok), checks }), delay);
      if (!checks.every((one) => one.ok)) return problem(422, 'setup_check_failed', 'Not accepted', 'Nothing was changed.', { checks });
      const { secrets, ...next } = accept(step, body.answer);
      return send(200, { ...become({ ...next, answer: open(body.answer) }), secrets });
    });
    return true;
  };
  return Object.assign(handle, {
    get code() {
      return state.code;
    },
    /** What the box does by itself and others do. */
    expire: () => (state.until = Date.now() - 1000),
    freshCode: () => Object.assign(state, { code: code(), until: Date.now() + 900_000 }).code,
    change: (name, answer) => Object.assign(stepOf(name), { answer, status: 'done', version: stepOf(name).version + 1, changedAt: new Date().toISOString() }),
    login: (login) => (state.login = login),
  });
}
