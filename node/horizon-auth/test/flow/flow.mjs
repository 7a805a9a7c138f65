// The first minute with the package, as a person has it: a new application, the package, `init`, build, start, log in.
//
//   node flow.mjs FOLDER TARBALL     FOLDER has the packages of package.json beside this file
//
// The seconds of each part are printed; they decide nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { call, useEverything, visit } from './visit.mjs';

const [folder, tarball] = process.argv.slice(2).map((path) => resolve(path));
const work = join(folder, 'work');
const application = join(work, 'shop');
const commonJs = join(work, 'shop-commonjs');

const seconds = [];

async function part(name, run) {
  const began = performance.now();
  const result = await run();
  seconds.push([name, (performance.now() - began) / 1000]);
  return result;
}

const tool = (name) => join(folder, 'node_modules', '.bin', name);
const nest = (cwd, ...args) => call(tool('nest'), args, cwd);
const git = async (cwd, ...args) => (await call('git', args, cwd)).trim();

/** Every file of an application but what npm and the engine make, by its content. */
function contents(root, below = '') {
  const left = ['node_modules', '.git', 'dist', 'horizon-auth-mail'];
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name);
    if (left.includes(entry.name) || entry.name.startsWith('horizon-auth.db')) return [];
    if (entry.isDirectory()) return contents(root, path);
    return [`${path} ${createHash('sha256').update(readFileSync(join(root, path))).digest('hex')}`];
  });
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
await Promise.all([
  part('nest new', () => nest(work, 'new', 'shop', '--skip-install', '--package-manager', 'npm', '--no-observe')),
  part('npm install the package', installPackage),
]);
withoutTestRunner();
asInstalled(application);
makeCommonJs();
await Promise.all([first(), asCommonJs()]);
for (const [name, took] of seconds) console.log(`${took.toFixed(1).padStart(6)} s  ${name}`);

/** As the Nest CLI adds it, to an application of ES modules. */
async function first() {
  await part('nest g -c @ofeklabs/horizon-auth init --dry-run', async () => {
    const before = contents(application);
    const shown = await nest(application, 'g', '-c', '@ofeklabs/horizon-auth', 'init', '--dry-run');
    for (const path of ['.env', '.env.example', 'docker-compose.yml', 'prisma/horizon-auth.prisma', 'src/auth/auth.module.ts', 'src/auth/sample.controller.ts']) {
      assert.ok(shown.includes(`CREATE ${path} (`), shown);
    }
    for (const path of ['.gitignore', 'src/app.module.ts', 'src/main.ts']) assert.ok(shown.includes(`UPDATE ${path} (`), shown);
    assert.deepEqual(contents(application), before);
  });

  await part('nest g -c @ofeklabs/horizon-auth init', async () => {
    await nest(application, 'g', '-c', '@ofeklabs/horizon-auth', 'init');
    assert.match(readFileSync(join(application, 'src/app.module.ts'), 'utf8'), /imports: \[AuthModule\]/);
    assert.match(readFileSync(join(application, '.env'), 'utf8'), /^JWT_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----/m);
    assert.equal(statSync(join(application, '.env')).mode & 0o777, 0o600);
    assert.equal(await git(application, 'check-ignore', '.env'), '.env');
  });

  await part('horizon-auth init again', async () => {
    const before = contents(application);
    assert.match(await call(tool('horizon-auth'), ['init'], application), /^Nothing to do\.$/m);
    assert.deepEqual(contents(application), before);
  });

  await part('nest build', () => nest(application, 'build'));

  const login = await part('start, register, log in, look at the profile', () => visit(application, useEverything));

  await part('start again: still logged in', () =>
    visit(application, async (app) => {
      assert.equal((await app.request('GET', '/sample/profile', { token: login.token })).status, 200);
      const refreshed = await app.request('POST', '/auth/refresh', { cookie: login.cookie });
      assert.equal(refreshed.status, 200);
      assert.equal((await app.request('GET', '/auth/profile', { token: refreshed.body.accessToken })).status, 200);
    }),
  );

  await part('horizon-auth migrate', () => migrate(application));

  await part('git carries no secret', async () => {
    await git(application, 'add', '--all');
    const carried = (await git(application, 'ls-files')).split('\n');
    assert.ok(carried.includes('.env.example') && carried.includes('src/auth/auth.module.ts'));
    for (const path of carried) {
      assert.doesNotMatch(path, /^\.env$|^horizon-auth/);
      assert.doesNotMatch(readFileSync(join(application, path), 'utf8'), /BEGIN PRIVATE KEY/, path);
    }
  });
}

/** As our own command adds it, to an application of CommonJS. */
async function asCommonJs() {
  await part('as CommonJS: horizon-auth init, nest build', async () => {
    await call(tool('horizon-auth'), ['init'], commonJs);
    assert.equal(statSync(join(commonJs, '.env')).mode & 0o777, 0o600);
    await nest(commonJs, 'build');
    assert.match(readFileSync(join(commonJs, 'dist', 'main.js'), 'utf8'), /require\("@nestjs\/core"\)/);
  });

  await part('as CommonJS: start, register, log in, look at the profile', () => visit(commonJs, useEverything));
}

/** The schema by the command, on the database that the application has made, and on a new one. */
async function migrate(root) {
  const run = async (...args) => {
    const env = { ...process.env, DATABASE_URL: args[0] };
    const { stdout } = await promisify(execFile)(tool('horizon-auth'), ['migrate', ...args.slice(1)], { cwd: root, env });
    return stdout;
  };
  assert.match(await run('sqlite:horizon-auth.db', 'verify'), /nothing differs/);
  assert.match(await run('sqlite:horizon-auth.db'), /^nothing to do/);
  assert.match(await run('sqlite:horizon-auth.db.new', 'plan', '--sql'), /^-- to apply[^]*CREATE TABLE users/);
  await assert.rejects(run('sqlite:horizon-auth.db.new', 'status'), ({ code, stdout }) => code === 1 && /^0 of \d+ migrations/.test(stdout));
  assert.match(await run('sqlite:horizon-auth.db.new', 'apply'), /^applied \d+; the schema is current/);
}

async function installPackage() {
  // One of an earlier run has the same version, and npm would keep it.
  rmSync(join(folder, 'node_modules', '@ofeklabs'), { recursive: true, force: true });
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await call('npm', ['install', '--no-save', '--omit=optional', '--prefer-offline', ...quiet, tarball], folder);
}

/** As `npm install` leaves package.json; the packages themselves are in the folder above. */
function asInstalled(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  manifest.dependencies['@ofeklabs/horizon-auth'] = `file:${tarball}`;
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** The packages of its tests are half of a new application's, and not installed here. */
function withoutTestRunner() {
  const path = join(application, 'tsconfig.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"vitest/globals", ', ''));
}

/** The same new application without `"type": "module"`. */
function makeCommonJs() {
  mkdirSync(join(commonJs, 'src'), { recursive: true });
  for (const path of ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(application, path), join(commonJs, path));
  }
  const manifest = JSON.parse(readFileSync(join(commonJs, 'package.json'), 'utf8'));
  delete manifest.type;
  writeFileSync(join(commonJs, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ['app.controller.ts', 'app.module.ts', 'app.service.ts', 'main.ts']) {
    const text = readFileSync(join(application, 'src', name), 'utf8');
    writeFileSync(join(commonJs, 'src', name), text.replaceAll(".js';", "';").replace(/^await bootstrap/m, 'void bootstrap'));
  }
}
