// The first minute with the package, as a person has it: a new application, the package, `init`, build, start, log in.
//
//   node flow.mjs FOLDER TARBALL     FOLDER has the packages of package.json beside this file
//
// The seconds of each part are printed; they decide nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { Application } from './application.mjs';

const [folder, tarball] = process.argv.slice(2).map((path) => resolve(path));
const work = join(folder, 'work');
const application = join(work, 'shop');
const commonJs = join(work, 'shop-commonjs');
const ana = { email: 'ana@example.com', password: 'correct horse battery staple' };

const seconds = [];

async function part(name, run) {
  const began = performance.now();
  const result = await run();
  seconds.push([name, (performance.now() - began) / 1000]);
  return result;
}

function call(program, args, cwd) {
  try {
    return stripVTControlCharacters(execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
  }
}

const tool = (name) => join(folder, 'node_modules', '.bin', name);
const nest = (cwd, ...args) => call(tool('nest'), args, cwd);
const git = (cwd, ...args) => call('git', args, cwd).trim();

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

/** The package as npm installs it: packed files beside the packages of the application, and their names in package.json. */
function install(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  manifest.dependencies['@ofeklabs/horizon-auth'] = `file:${tarball}`;
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

await part('nest new', () => nest(work, 'new', 'shop', '--skip-install', '--package-manager', 'npm', '--no-observe'));

withoutTestRunner();

await part('npm install the package', () => {
  // One of an earlier run has the same version, and npm would keep it.
  rmSync(join(folder, 'node_modules', '@ofeklabs'), { recursive: true, force: true });
  call('npm', ['install', '--no-save', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball], folder);
  install(application);
});

await part('nest g -c @ofeklabs/horizon-auth init --dry-run', () => {
  const before = contents(application);
  const shown = nest(application, 'g', '-c', '@ofeklabs/horizon-auth', 'init', '--dry-run');
  for (const path of ['.env ', '.env.example', 'docker-compose.yml', 'prisma/horizon-auth.prisma', 'src/auth/auth.module.ts', 'src/auth/sample.controller.ts']) {
    assert.match(shown, new RegExp(`CREATE ${path.replaceAll('.', '\\.')}`));
  }
  assert.match(shown, /UPDATE src\/app\.module\.ts/);
  assert.match(shown, /UPDATE src\/main\.ts/);
  assert.deepEqual(contents(application), before);
});

await part('nest g -c @ofeklabs/horizon-auth init', () => {
  nest(application, 'g', '-c', '@ofeklabs/horizon-auth', 'init');
  assert.match(readFileSync(join(application, 'src/app.module.ts'), 'utf8'), /imports: \[AuthModule\]/);
  assert.match(readFileSync(join(application, '.env'), 'utf8'), /^JWT_PRIVATE_KEY="-----BEGIN PRIVATE KEY-----/m);
  assert.equal(statSync(join(application, '.env')).mode & 0o777, 0o600);
  assert.equal(git(application, 'check-ignore', '.env'), '.env');
});

await part('init again', () => {
  const before = contents(application);
  const said = call(tool('horizon-auth'), ['init'], application);
  assert.match(said, /^Nothing to do\.$/m);
  assert.deepEqual(contents(application), before);
});

await part('nest build', () => nest(application, 'build'));

async function visit(use) {
  const running = await Application.start(application);
  try {
    const result = await use(running);
    assert.deepEqual(await running.stop(), { code: null, signal: 'SIGTERM' }, running.output());
    return result;
  } finally {
    running.kill();
  }
}

const { token, cookie } = await part('start, register, log in, look at the profile', () =>
  visit(async (app) => {
    assert.equal((await app.request('GET', '/')).status, 200);
    assert.equal((await app.request('POST', '/auth/register', { body: ana })).status, 201);
    const login = await app.request('POST', '/auth/login', { body: ana });
    assert.equal(login.status, 200);
    const token = login.body.accessToken;
    const profile = await app.request('GET', '/auth/profile', { token });
    assert.equal(profile.status, 200);
    assert.equal(profile.body.email, ana.email);

    assert.deepEqual((await app.request('GET', '/sample')).body, { message: 'Hello World' });
    const refused = await app.request('GET', '/sample/profile');
    assert.equal(refused.status, 401);
    assert.equal(refused.body.path, '/sample/profile');
    assert.equal((await app.request('GET', '/sample/profile', { token: 'forged' })).status, 401);
    const sample = await app.request('GET', '/sample/profile', { token });
    assert.equal(sample.status, 200);
    assert.equal(sample.body.email, ana.email);
    return { token, cookie: login.cookie };
  }),
);

await part('start again: still logged in', () =>
  visit(async (app) => {
    assert.equal((await app.request('GET', '/sample/profile', { token })).status, 200);
    const refreshed = await app.request('POST', '/auth/refresh', { cookie });
    assert.equal(refreshed.status, 200);
    assert.equal((await app.request('GET', '/auth/profile', { token: refreshed.body.accessToken })).status, 200);
  }),
);

await part('git carries no secret', () => {
  git(application, 'add', '--all');
  const carried = git(application, 'ls-files').split('\n');
  assert.ok(carried.includes('.env.example') && carried.includes('src/auth/auth.module.ts'));
  for (const path of carried) {
    assert.doesNotMatch(path, /^\.env$|^horizon-auth/);
    assert.doesNotMatch(readFileSync(join(application, path), 'utf8'), /BEGIN PRIVATE KEY/, path);
  }
});

await part('as CommonJS: npx horizon-auth init, nest build, start', async () => {
  makeCommonJs();
  call(tool('horizon-auth'), ['init'], commonJs);
  assert.equal(statSync(join(commonJs, '.env')).mode & 0o777, 0o600);
  nest(commonJs, 'build');
  assert.match(readFileSync(join(commonJs, 'dist', 'main.js'), 'utf8'), /require\("@nestjs\/core"\)/);
  const running = await Application.start(commonJs);
  try {
    const registered = await running.request('POST', '/auth/register', { body: ana });
    assert.equal(registered.status, 201);
    assert.equal((await running.request('GET', '/sample/profile')).status, 401);
    assert.equal((await running.request('GET', '/sample/profile', { token: registered.body.accessToken })).status, 200);
  } finally {
    running.kill();
  }
});

for (const [name, took] of seconds) console.log(`${took.toFixed(1).padStart(6)} s  ${name}`);

/** The packages of its tests are half of a new application's, and not installed here. */
function withoutTestRunner() {
  const path = join(application, 'tsconfig.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"vitest/globals", ', ''));
}

/** The same new application without `"type": "module"`. */
function makeCommonJs() {
  mkdirSync(commonJs);
  for (const path of ['package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json']) cpSync(join(application, path), join(commonJs, path));
  const manifest = JSON.parse(readFileSync(join(commonJs, 'package.json'), 'utf8'));
  delete manifest.type;
  writeFileSync(join(commonJs, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  mkdirSync(join(commonJs, 'src'));
  const own = { 'app.module.ts': /\n.*auth\.module.*|AuthModule/g, 'main.ts': /\n.*enableShutdownHooks.*/g };
  for (const name of ['app.controller.ts', 'app.module.ts', 'app.service.ts', 'main.ts']) {
    const text = readFileSync(join(application, 'src', name), 'utf8').replace(own[name] ?? /$^/g, '');
    writeFileSync(join(commonJs, 'src', name), text.replaceAll(".js';", "';").replace(/^await bootstrap/m, 'void bootstrap'));
  }
}
