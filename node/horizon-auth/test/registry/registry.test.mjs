// Everything that needs a registry which has our packages: they are published there as .github/workflows/npm.yml does it,
// and installed from there as people do. What comes after the first part needs what that has published. node/run registry.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { packageName, platforms } from '../../npm/platforms.mjs';
import { call, useEverything, visit } from '../flow/visit.mjs';
import { here, integrityOf, layOut, repack, tarballsOf } from './packed.mjs';
import { Registry } from './registry.mjs';
import { ours, Shops } from './shop.mjs';
import { runStep, stepsOf } from './workflow.mjs';

const { HORIZON_REGISTRY_FOLDER: folder, HORIZON_FLOW_FOLDER: modules, HORIZON_AUTH_TARBALLS: given } = process.env;
const MAIN = '@ofeklabs/horizon-auth';
const LEAN = '@lean-kit/auth';
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const work = join(folder, 'work');
const tree = join(work, 'tree');
const pack = stepsOf('pack', folder)['Pack'];
const publish = stepsOf('publish', folder)['Publish, what others depend on first'];

let isPublished = false;
let registry;
let npmrc;
let shops;
let env;

before(async () => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  registry = await Registry.start(join(work, 'registry'), folder);
  env = await environment();
  npmrc = registry.npmrc + (await registry.publisher());
  shops = new Shops(work, modules, registry.npmrc);
  await shops.prepare();
});
after(() => registry?.stop());

/** That of a person who has no addon but the one that npm brings. */
async function environment() {
  const settings = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
  const its = { ...process.env, ...settings, npm_config_cache: join(work, 'npm') };
  for (const name of ['NAPI_RS_NATIVE_LIBRARY_PATH', 'NODE_ENV']) delete its[name];
  // npx takes what it has installed before, of the same version: that has a folder of its own. What npm fetched is shared.
  const usual = (await call('npm', ['config', 'get', 'cache'], work)).trim();
  mkdirSync(join(usual, '_cacache'), { recursive: true });
  mkdirSync(its.npm_config_cache);
  symlinkSync(join(usual, '_cacache'), join(its.npm_config_cache, '_cacache'));
  return its;
}

/** The step that publishes, for a tag. Signing what was built by which run needs GitHub: it is left out. */
async function publishFrom(place, tag) {
  assert.deepEqual(publish.env, { NPM_CONFIG_PROVENANCE: 'true' });
  settle(place, npmrc);
  return runStep(publish, place, { ...env, NPM_CONFIG_PROVENANCE: 'false', GITHUB_REF_NAME: tag });
}

describe('the workflow', { concurrency: false }, () => {
  test('packs a package for each platform, and those that need one of them', async () => {
    if (given) cpSync(resolve(given), join(tree, 'tarballs'), { recursive: true });
    else {
      layOut(tree, process.env.NAPI_RS_NATIVE_LIBRARY_PATH);
      const { status, stderr } = await runStep(pack, tree, env);
      assert.equal(status, 0, stderr);
    }
    assert.equal(tarballsOf(tree).length, Object.keys(platforms).length + 2);
  });

  test('publishes first what others depend on, and goes on where the last run stopped', async () => {
    const names = [...Object.keys(platforms).map(packageName), MAIN, LEAN];
    const stopped = join(work, 'stopped');
    mkdirSync(join(stopped, 'tarballs'), { recursive: true });
    cpSync(addonTarball(), join(stopped, 'tarballs', basename(addonTarball())));
    assert.notEqual((await publishFrom(stopped, `v${version}`)).status, 0);

    const second = await publishFrom(tree, `v${version}`);
    assert.equal(second.status, 0, second.stderr);
    assert.deepEqual(second.stdout.match(/.* is published$/gm), [`${packageName(here)} ${version} is published`]);
    const published = second.stdout.match(/^\+ .*/gm);
    assert.deepEqual(published.toSorted(), names.filter((name) => name !== packageName(here)).map((name) => `+ ${name}@${version}`).sort());
    assert.deepEqual(published.slice(-2), [`+ ${MAIN}@${version}`, `+ ${LEAN}@${version}`]);
    for (const name of names) assert.deepEqual((await registry.document(name))['dist-tags'], { latest: version });
    isPublished = true;

    const third = await publishFrom(tree, `v${version}`);
    assert.equal(third.status, 0, third.stderr);
    assert.equal(third.stdout.match(/ is published$/gm).length, names.length);
  });

  test('stops where the version that is published is of another build', async () => {
    const place = join(work, 'other-build');
    await anotherOf(place, (manifest) => ({ ...manifest, description: 'of another build' }));
    const { status, stdout } = await publishFrom(place, `v${version}`);
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`${MAIN} ${version} is published, but of another build`));
  });

  test('makes neither a version before a release nor one that is older the latest', async () => {
    for (const [its, tag] of [['99.0.0-rc.1', 'next'], ['0.0.1', 'release-0.0']]) {
      const place = join(work, its);
      await anotherOf(place, (manifest) => ({ ...manifest, version: its }));
      const { status, stderr } = await publishFrom(place, `v${its}`);
      assert.equal(status, 0, stderr);
      for (const name of [MAIN, LEAN]) {
        const tags = (await registry.document(name))['dist-tags'];
        assert.equal(tags[tag], its);
        assert.equal(tags.latest, version);
      }
    }
  });

  /** A folder with both packages, changed. */
  async function anotherOf(place, change) {
    mkdirSync(join(place, 'tarballs'), { recursive: true });
    for (const tarball of [mainTarball(), leanTarball()]) await repack(tarball, join(place, 'tarballs'), change);
  }
});

const mainTarball = () => join(tree, 'tarballs', `ofeklabs-horizon-auth-${version}.tgz`);
const addonTarball = () => join(tree, 'tarballs', `ofeklabs-horizon-auth-${here}-${version}.tgz`);
const leanTarball = () => join(tree, 'tarballs', `lean-kit-auth-${version}.tgz`);

describe('npm install', () => {
  before(expectPublished);

  test('brings the addon of this machine, and no other', async () => {
    const place = emptyFolder('plain');
    await call('npm', ['install', MAIN], place, env);
    assert.deepEqual(ours(place), { [MAIN]: version, [packageName(here)]: version });
    const { packages } = JSON.parse(readFileSync(join(place, 'package-lock.json'), 'utf8'));
    assert.equal(packages[`node_modules/${MAIN}`].integrity, integrityOf(mainTarball()));
    assert.equal(packages[`node_modules/${packageName(here)}`].integrity, integrityOf(addonTarball()));
    // Whoever installs on another system, from this lock file, gets the addon of that one.
    for (const platform of Object.keys(platforms)) assert.ok(packages[`node_modules/${packageName(platform)}`], platform);
    assert.equal(await load(place), version);
  });

  for (const platform of Object.keys(platforms).filter((one) => one !== here)) {
    test(`brings that of ${platform} there`, async () => {
      const place = emptyFolder(platform);
      const { os, cpu, libc } = platforms[platform];
      const system = [`--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])];
      // Its peers are as everywhere.
      await call('npm', ['install', '--legacy-peer-deps', ...system, MAIN], place, env);
      assert.deepEqual(ours(place), { [MAIN]: version, [packageName(platform)]: version });
    });
  }
});

describe('without an addon', () => {
  let place;
  before(async () => {
    expectPublished();
    place = emptyFolder('without');
    await call('npm', ['install', '--legacy-peer-deps', '--omit=optional', MAIN], place, env);
    assert.deepEqual(ours(place), { [MAIN]: version });
  });

  const cases = [
    [here, `install again without --omit=optional`],
    ['darwin-arm64', `install again without --omit=optional`],
    ['win32-x64-msvc', `install again without --omit=optional`],
    ['freebsd-x64', 'There is no package for this platform'],
  ];
  for (const [platform, how] of cases) {
    test(`the package says what to do on ${platform}`, async () => {
      await assert.rejects(load(place, platform), ({ message }) => {
        for (const part of [`no addon for ${platform}`, packageName(platform), how, 'npx horizon-auth build-native']) {
          assert.ok(message.includes(part), message);
        }
        return true;
      });
    });
  }
});

describe('a new application', { concurrency: 2 }, () => {
  before(expectPublished);

  test('gets it by nest add, which installs it', async () => {
    const shop = shops.create('nest-add');
    await npx(shop, 'nest', 'add', MAIN);
    await works(shop);
  });

  test('gets it by npm install and nest g', async () => {
    const shop = shops.create('nest-g');
    await call('npm', ['install', MAIN], shop, env);
    await npx(shop, 'nest', 'g', '-c', MAIN, 'init');
    await works(shop);
  });

  test('gets it by npm install and the command', async () => {
    const shop = shops.create('command');
    await call('npm', ['install', MAIN], shop, env);
    await npx(shop, 'horizon-auth', 'init');
    await works(shop);
  });

  test('gets it by npx alone', async () => {
    const shop = shops.create('npx');
    // As a person answers that it may be fetched.
    await npx(shop, '--yes', MAIN, 'init');
    await works(shop);
  });

  test(`gets ${LEAN} by npm install, and what the README says`, async () => {
    const shop = shops.create('lean');
    await call('npm', ['install', LEAN], shop, env);
    assert.deepEqual(ours(shop), { [LEAN]: version, [MAIN]: version, [packageName(here)]: version });
    const node = new URL('../../../', import.meta.url);
    const snippets = fileURLToPath(new URL('fixtures/snippets.mjs', node));
    await call(process.execPath, [snippets, fileURLToPath(new URL('lean-auth/README.md', node)), join(shop, 'readme')], shop);
    cpSync(join(shop, 'readme/main.ts'), join(shop, 'src/main.ts'));
    await npx(shop, 'nest', 'build');
    const commands = readFileSync(join(shop, 'readme/commands.sh'), 'utf8');
    const pepper = { ...env, AUTH_PEPPER: 'the pepper of a quick start, long enough' };
    const said = await visit(
      shop,
      ({ url }) => call('bash', ['-c', commands.replaceAll('localhost:3000', new URL(url).host)], shop),
      pepper,
    );
    for (const part of ['"hello":"ana@example.com"', '"code":"csrf_invalid"', '"by":', '"code":"forbidden"']) assert.ok(said.includes(part), said);
  });

  async function works(shop) {
    assert.deepEqual(ours(shop), { [MAIN]: version, [packageName(here)]: version });
    assert.equal(JSON.parse(readFileSync(join(shop, 'package.json'), 'utf8')).dependencies[MAIN], `^${version}`);
    assert.ok(existsSync(join(shop, 'src/auth/auth.module.ts')));
    await npx(shop, 'nest', 'build');
    await visit(shop, useEverything, env);
  }
});

const npx = (place, ...args) => call('npx', args, place, env);

function expectPublished() {
  assert.ok(isPublished, 'nothing was published');
}

function emptyFolder(name) {
  const place = join(work, name);
  mkdirSync(place);
  settle(place, registry.npmrc);
  return place;
}

/** Gives a folder settings of npm, which it reads beside a package.json. */
function settle(place, settings) {
  writeFileSync(join(place, 'package.json'), '{ "name": "empty", "private": true }\n');
  writeFileSync(join(place, '.npmrc'), settings);
}

/** The version of the addon that a process of a folder loads, as if it ran on another platform. */
function load(place, platform = here) {
  const [system, arch] = platform.split('-');
  const pretend = `for (const [name, value] of Object.entries({ platform: '${system}', arch: '${arch}' })) Object.defineProperty(process, name, { value });`;
  const script = `${platform === here ? '' : pretend} process.stdout.write(require('./node_modules/${MAIN}/dist/native/index.cjs').load().version());`;
  return call(process.execPath, ['-e', script], place, env);
}
