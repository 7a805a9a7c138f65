// Compiles src/ twice, as ES modules and as CommonJS, with the compiler and the packages of ../horizon-auth, which must
// be installed and built: both packages are compiled against the same Nest.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sibling = fileURLToPath(new URL('../horizon-auth', import.meta.url));
const tsc = `${sibling}/node_modules/typescript/bin/tsc`;

for (const needed of [tsc, `${sibling}/dist/esm/engine/index.d.ts`]) {
  if (!existsSync(needed)) throw new Error(`${needed} is missing: run \`npm ci\` and \`npm run build\` in node/horizon-auth first`);
}
linkPackages();
rmSync(`${folder}dist`, { recursive: true, force: true });
await Promise.all([compile('tsconfig.json'), compile('tsconfig.cjs.json')]);
writeFileSync(`${folder}dist/cjs/package.json`, '{"type":"commonjs"}\n');
// The names that the package has had for its entries.
writeFileSync(`${folder}dist/index.cjs`, "'use strict';\nmodule.exports = require('./cjs/index.js');\n");
writeFileSync(`${folder}dist/index.d.cts`, "export * from './cjs/index.js';\n");

function linkPackages() {
  const modules = `${folder}node_modules`;
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(`${modules}/@ofeklabs`, { recursive: true });
  symlinkSync(sibling, `${modules}/@ofeklabs/horizon-auth`, 'dir');
  for (const name of readdirSync(`${sibling}/node_modules`)) {
    if (name.startsWith('.') || name === '@ofeklabs') continue;
    symlinkSync(`${sibling}/node_modules/${name}`, `${modules}/${name}`, 'dir');
  }
}

function compile(project) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, '--project', project], { cwd: folder, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (status) => (status === 0 ? done() : failed(new Error(`tsc --project ${project}: status ${status}`))));
  });
}
