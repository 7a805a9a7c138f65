// What npm would publish, and what the packages promise about installing them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { packageFiles, packageName, platforms } from '../../npm/platforms.mjs';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (path) => readFileSync(join(root, path), 'utf8');
const manifestOf = (folder) => JSON.parse(read(`${folder}/package.json`));

/** The files of a package by their paths, and the size of all of them. */
function pack(folder) {
  return new Promise((done, failed) => {
    const args = ['pack', '--json', '--dry-run', '--ignore-scripts', '--loglevel=error'];
    execFile('npm', args, { cwd: folder, shell: process.platform === 'win32', maxBuffer: 1 << 24 }, (error, stdout) => {
      if (error) return failed(error);
      const [{ files, unpackedSize }] = JSON.parse(stdout);
      return done({ paths: files.map(({ path }) => path), unpackedSize });
    });
  });
}

const ALWAYS = ['package.json', 'README.md', 'LICENSE-APACHE', 'LICENSE-MIT'];
const packages = [
  { folder: 'node/horizon-auth', folders: ['dist', 'schematics', 'bin'], bound: 700_000 },
  { folder: 'node/lean-auth', folders: ['dist'], bound: 400_000 },
].filter(({ folder }) => existsSync(join(root, folder, 'package.json')));

for (const { folder, folders, bound } of packages) {
  describe(manifestOf(folder).name, () => {
    const packed = pack(join(root, folder));

    test('has its folders, its licences and a README, and nothing else', async () => {
      const { paths } = await packed;
      for (const name of ALWAYS) assert.ok(paths.includes(name), `${name} is missing`);
      for (const name of folders) assert.ok(paths.some((path) => path.startsWith(`${name}/`)), `${name}/ is empty`);
      const others = paths.filter((path) => !ALWAYS.includes(path) && !folders.includes(path.split('/')[0]));
      assert.deepEqual(others, []);
    });

    test('has no sources, tests, addons, keys, databases or migrations', async () => {
      const { paths } = await packed;
      const unwanted = /(?<!\.d)\.[cm]?ts$|\.map$|\.node$|\.(?:pem|key|db|sqlite|sql|tgz|rs)$|(?:^|\/)(?:\.env|\.npmrc|node_modules|test|tests|migrations)(?:\/|$)|\.(?:test|spec)\./;
      assert.deepEqual(paths.filter((path) => unwanted.test(path)), []);
    });

    test('holds no secret and no path of the machine that packed it', async () => {
      const { paths } = await packed;
      for (const path of paths) {
        const text = read(`${folder}/${path}`);
        assert.doesNotMatch(text, /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\w/, path);
        assert.ok(!text.includes(root), path);
      }
    });

    test('has everything that its package.json names', async () => {
      const { paths } = await packed;
      const { exports, bin = {}, main, types, module, schematics } = manifestOf(folder);
      const leaves = (value) => (typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves));
      const named = [main, types, module, schematics, ...leaves(exports), ...Object.values(bin)].filter(Boolean);
      for (const path of named) assert.ok(paths.includes(path.replace(/^\.\//, '')), `${path} is missing`);
    });

    test('is small', async () => {
      const { unpackedSize } = await packed;
      assert.ok(unpackedSize < bound, `${unpackedSize} bytes; the bound is ${bound}`);
    });

    test('runs nothing when it is installed', () => {
      const { scripts = {}, gypfile } = manifestOf(folder);
      const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare', 'prepublish'];
      assert.deepEqual(hooks.filter((name) => name in scripts), []);
      assert.ok(!gypfile && !existsSync(join(root, folder, 'binding.gyp')));
    });

    test('has the licences of the repository', () => {
      for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) assert.equal(read(`${folder}/${name}`), read(name));
      assert.equal(manifestOf(folder).license, 'MIT OR Apache-2.0');
    });

    test('has the version of the engine', () => {
      const engine = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(read('Cargo.toml'))[1];
      const { version, dependencies = {} } = manifestOf(folder);
      assert.equal(version, engine);
      assert.equal(dependencies['@ofeklabs/horizon-auth'] ?? engine, engine);
    });
  });
}

describe('the packages of the platforms', () => {
  const npm = join(root, 'node/horizon-auth/npm');

  test('are those that the loader knows', () => {
    const loader = read('node/horizon-auth/native/index.cjs');
    const known = [...loader.matchAll(/'((?:linux|darwin|win32)-\w+(?:-\w+)?)'/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(known)].sort(), Object.keys(platforms).sort());
    assert.deepEqual(readdirSync(npm, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name).sort(), Object.keys(platforms).sort());
  });

  for (const platform of Object.keys(platforms)) {
    test(`${platform} is what platforms.mjs writes`, () => {
      for (const [name, text] of Object.entries(packageFiles(platform))) {
        assert.equal(read(`node/horizon-auth/npm/${platform}/${name}`), text, 'stale: node npm/platforms.mjs');
      }
    });
  }

  test('hold the addon and nothing else, and the package asks for them in its own version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'horizon-npm-'));
    try {
      for (const name of ['npm', 'package.json', 'LICENSE-APACHE', 'LICENSE-MIT']) {
        cpSync(join(root, 'node/horizon-auth', name), join(folder, 'package', name), { recursive: true });
      }
      const prepare = () => run(join(folder, 'package/npm/platforms.mjs'), '--publish', folder);
      await assert.rejects(prepare(), /lacks horizon-auth\.linux-x64-gnu\.node/);
      for (const platform of Object.keys(platforms)) writeFileSync(join(folder, `horizon-auth.${platform}.node`), platform);
      await prepare();

      const { version, optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
      assert.deepEqual(optionalDependencies, Object.fromEntries(Object.keys(platforms).map((name) => [packageName(name), version])));
      const { paths } = await pack(join(folder, 'package/npm/linux-x64-musl'));
      assert.deepEqual(paths.sort(), [...ALWAYS, 'horizon-auth.linux-x64-musl.node'].sort());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the workflow that publishes', () => {
  const workflow = read('.github/workflows/npm.yml');

  test('builds every platform, and each as the loader calls it', () => {
    const built = [...workflow.matchAll(/- \{ platform: ([\w-]+),/g)].map(([, name]) => name);
    assert.deepEqual(built.sort(), Object.keys(platforms).sort());
  });

  test('uses actions by their commit', () => {
    const used = [...workflow.matchAll(/uses: (.*)/g)].map(([, name]) => name);
    assert.ok(used.length > 0);
    for (const name of used) assert.match(name, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('gives the right to publish to the job that only uploads', () => {
    assert.match(workflow, /^permissions: \{\}$/m);
    const [before, publish] = workflow.split(/^ {2}publish:$/m);
    assert.doesNotMatch(before, /: write/);
    assert.deepEqual([...publish.matchAll(/([\w-]+): write/g)].map(([, name]) => name), ['id-token']);
    assert.doesNotMatch(publish, /actions\/checkout|secrets\.|registry-url:/);
    assert.match(publish, /^ +NPM_CONFIG_PROVENANCE: "true"$/m);
  });

  test('lets nothing of GitHub into the text of a command', () => {
    const commands = [...workflow.matchAll(/^( +)(?:- )?run: (?:\|\n((?:\1 .*\n|\n)+)|(.*))/gm)].map(([, , block, line]) => block ?? line);
    assert.equal(commands.length, workflow.match(/\brun: /g).length);
    for (const command of commands) assert.doesNotMatch(command, /\$\{\{/);
  });

  test('packs before anything but the compiler is installed', () => {
    const [, pack] = /^ {2}pack:\n([^]*?)^ {2}test:$/m.exec(workflow);
    assert.doesNotMatch(pack, /node\/run/);
    assert.deepEqual(pack.match(/npm ci.*?&&/g), ['npm ci --ignore-scripts --no-audit --no-fund &&']);
  });

  test('builds with the toolchain that the images have, under its name there', () => {
    const [, toolchain] = /RUSTUP_TOOLCHAIN: "(\d+\.\d+\.\d+)"/.exec(workflow);
    const images = [...workflow.matchAll(/image: "rust:([^"-]+)-/g)].map(([, version]) => version);
    assert.ok(images.length > 0);
    for (const version of images) assert.equal(version, toolchain);
  });
});

describe('the repository', () => {
  test('is checked out with the same bytes everywhere, for checksums of migrations are compiled in', () => {
    assert.match(read('.gitattributes'), /^\* -text$/m);
  });
});

function run(...args) {
  return new Promise((done, failed) => {
    execFile(process.execPath, args, (error, stdout, stderr) => (error ? failed(new Error(stderr)) : done(stdout)));
  });
}
