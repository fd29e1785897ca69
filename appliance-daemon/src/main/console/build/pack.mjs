// Packs what Vite built for the daemon: each file as brotli and gzip, and the list of them. The pages themselves stay
// as they are, because the daemon writes a nonce into them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = process.argv[2] ?? process.env.CONSOLE_OUT ?? 'dist';
const names = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
  .filter((name) => !name.endsWith('.html'))
  .sort();

for (const name of names) {
  const path = join(root, name);
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  rmSync(path);
}
writeFileSync(join(root, 'files'), names.map((name) => `${name}\n`).join(''));
