// Compiles src/ twice, as ES modules and as CommonJS, and puts the loader of the addon beside both.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

const compile = (project) =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [tsc, '--project', project], { cwd: folder, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (status) => (status === 0 ? done() : failed(new Error(`tsc --project ${project}: status ${status}`))));
  });

rmSync(`${folder}dist`, { recursive: true, force: true });
await Promise.all([compile('tsconfig.json'), compile('tsconfig.cjs.json')]);
writeFileSync(`${folder}dist/cjs/package.json`, '{"type":"commonjs"}\n');
mkdirSync(`${folder}dist/native`);
for (const file of ['index.cjs', 'index.d.cts']) cpSync(`${folder}native/${file}`, `${folder}dist/native/${file}`);
