// A box for working on the console: the files that `npm run build` made, under the page's own security policy, and the
// set-up API as its contract says (fake-setup.mjs). Everything else goes to a running daemon, if there is one:
//   GATEHOUSE_URL=http://127.0.0.1:8080 node e2e/fake-box.mjs 8090
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { fakeSetup } from './fake-setup.mjs';

const DIST = resolve(process.env.CONSOLE_OUT ?? join(fileURLToPath(import.meta.url), '../../dist'));
const TYPES = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.md': 'text/plain; charset=utf-8' };

function page(name, answer) {
  const nonce = randomBytes(18).toString('base64url');
  answer.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  answer.end(readFileSync(join(DIST, name), 'utf8').replace('@NONCE@', nonce));
}

function file(name, answer) {
  const packed = join(DIST, `${name}.gz`);
  if (name.includes('..') || !existsSync(packed)) return false;
  answer.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'cache-control': 'no-store' });
  answer.end(gunzipSync(readFileSync(packed)));
  return true;
}

/** Starts it; `setup` answers what it knows. Gives the server once it listens. */
export function fakeBox(port, setup, daemon) {
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url, 'http://box').pathname;
    if (setup?.(asked, answer, path)) return;
    if (path.startsWith('/console/') && file(path.slice('/console/'.length), answer)) return;
    if (path === '/setup' || path.startsWith('/setup/')) page('setup.html', answer);
    else if (path === '/' || path === '/console' || path.startsWith('/console/')) page('index.html', answer);
    else if (daemon) {
      const to = new URL(asked.url, daemon);
      const passed = request(to, { method: asked.method, headers: { ...asked.headers, host: to.host, ...(asked.headers.origin ? { origin: daemon } : {}) } }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      passed.on('error', () => answer.writeHead(502).end());
      asked.pipe(passed);
    } else answer.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ type: 'urn:gatehouse:problem:not_found', title: 'Not found', status: 404, detail: 'The fake box has no such thing.' }));
  });
  return new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const setup = fakeSetup();
  const server = await fakeBox(Number(process.argv[2] ?? 0), setup, process.env.GATEHOUSE_URL);
  console.log(`http://127.0.0.1:${server.address().port}/setup/  code ${setup.code}`);
}
