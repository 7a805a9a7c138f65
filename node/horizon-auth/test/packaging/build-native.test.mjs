// `npx horizon-auth build-native`, with a cargo that has built already.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { inFolder } from '../schematics/project.mjs';

const require = createRequire(import.meta.url);
const { version } = require('../../package.json');
const program = fileURLToPath(new URL('../../bin/horizon-auth.cjs', import.meta.url));
const addon = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
const LIBRARY = process.platform === 'darwin' ? 'libhorizon_auth_node.dylib' : 'libhorizon_auth_node.so';

const workspace = (its = version) => `[workspace.package]\nversion = "${its}"\nrust-version = "1.94"\n`;
const checkout = { 'source/node/native/Cargo.toml': '', 'source/Cargo.toml': workspace() };
const message = (file) => JSON.stringify({ reason: 'compiler-artifact', target: { name: 'horizon_auth_node' }, filenames: [`/x/lib.rlib`, file] });
const says = (file) => `echo '{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/${LIBRARY}"]}'\necho '${message(file)}'`;

/** A program of a shell in bin/, which comes first. */
function put(folder, name, ...lines) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${lines.join('\n')}\n`);
  chmodSync(join(folder, 'bin', name), 0o755);
}

const putCargo = (folder, build, its = '1.95.0') =>
  put(folder, 'cargo', `if [ "$1" = --version ]; then echo 'cargo ${its} (0 2026-01-01)'; exit; fi`, `echo "$*" >'${folder}/cargo-arguments'`, build);

function start(folder, args, env = {}) {
  const environment = { ...process.env, DEBUG: '', CC: '', PATH: `${folder}/bin:${process.env.PATH}`, TMPDIR: folder, ...env };
  const child = spawn(process.execPath, [program, 'build-native', ...args], { cwd: folder, env: environment });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (part) => (said[stream] += part));
  const ended = once(child, 'close').then(([status]) => ({ status, ...said }));
  return { child, ended };
}

const build = (folder, args = ['--source', 'source', '--out', 'x.node'], env = {}) => start(folder, args, env).ended;

/** Nothing but what was there. */
const leftovers = (folder) => readdirSync(folder).filter((name) => name.startsWith('horizon-auth-') || name.endsWith('.tmp'));

describe('horizon-auth build-native', () => {
  test('puts what cargo built in its place, wherever cargo put it', () =>
    inFolder(checkout, async (folder) => {
      mkdirSync(join(folder, 'elsewhere'));
      symlinkSync(addon, join(folder, 'elsewhere', LIBRARY));
      putCargo(folder, says(join(folder, 'elsewhere', LIBRARY)));
      const { status, stdout, stderr } = await build(folder);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, `${join(folder, 'x.node')}\n`);
      assert.ok(readFileSync(join(folder, 'x.node')).equals(readFileSync(addon)));
      assert.match(readFileSync(join(folder, 'cargo-arguments'), 'utf8'), /^build --locked --package horizon-auth-node --profile release /);
      assert.deepEqual(leftovers(folder), []);
    }));

  test('fetches the sources of its version, and leaves none of them', () =>
    inFolder(checkout, async (folder) => {
      symlinkSync(addon, join(folder, LIBRARY));
      put(folder, 'git', `[ "$1" = --version ] && exit`, `echo "$*" >'${folder}/git-arguments'`, `for last; do :; done`, `cp -r '${folder}/source/.' "$last"`);
      putCargo(folder, says(join(folder, LIBRARY)));
      const { status, stderr } = await build(folder, ['--out', 'x.node']);
      assert.equal(status, 0, stderr);
      const fetched = readFileSync(join(folder, 'git-arguments'), 'utf8');
      assert.ok(fetched.startsWith(`clone --quiet --depth 1 --branch v${version} https://github.com/ofeklabs/horizon-auth.git ${folder}/`), fetched);
      assert.deepEqual(leftovers(folder), []);
    }));

  const refusals = [
    ['a folder that is no checkout', { files: {} }, /is no checkout of Horizon Auth: node\/native\/Cargo\.toml is missing/],
    ['a checkout of another version', { files: { ...checkout, 'source/Cargo.toml': workspace('0.0.0') } }, new RegExp(`is version 0\\.0\\.0: check out v${version}`)],
    ['a Rust that is too old', { cargo: '1.9.0' }, /Rust 1\.9 is too old: Horizon Auth \S+ needs 1\.94 or later\. With rustup: rustup update/],
    ['to go on without a C compiler', { env: { CC: '/none/cc -m64' } }, /\/none\/cc is no C compiler.*or name it in CC/],
    ['to go on without cargo', { env: { PATH: '/none' } }, /cargo is missing\. Install Rust with rustup/],
    ['a name that Node would not load', { args: ['--source', 'source', '--out', 'x.so'] }, /--out x\.so: Node loads as an addon only what is called NAME\.node/],
    ['a place that cannot be written', { args: ['--source', 'source', '--out', 'source/Cargo.toml/x.node'] }, /x\.node cannot be written: .*Name another place with --out FILE\.node.*NAPI_RS_NATIVE_LIBRARY_PATH/],
  ];
  for (const [what, { files = checkout, cargo, args, env }, expected] of refusals) {
    test(`refuses ${what}, before anything is built`, () =>
      inFolder(files, async (folder) => {
        mkdirSync(join(folder, 'source'), { recursive: true });
        putCargo(folder, 'exit 3', cargo);
        const { status, stderr } = await build(folder, args, env);
        assert.equal(status, 1);
        assert.match(stderr, expected);
        assert.ok(!existsSync(join(folder, 'cargo-arguments')));
        assert.deepEqual(leftovers(folder), []);
      }));
  }

  const failures = [
    ['cargo fails', () => 'echo no space left >&2; exit 101', /no space left\nhorizon-auth: cargo build failed; what it says is above/],
    ['cargo makes no library', () => says('/x/libother.so'), /cargo made no libhorizon_auth_node/],
    ['what was built does not load', (folder) => `echo no library >'${folder}/${LIBRARY}'; ${says(join(folder, LIBRARY))}`, /what was built does not load: /],
  ];
  for (const [what, lines, expected] of failures) {
    test(`keeps the addon that is there when ${what}`, () =>
      inFolder({ ...checkout, 'x.node': 'as it was' }, async (folder) => {
        putCargo(folder, lines(folder));
        const { status, stderr } = await build(folder);
        assert.equal(status, 1);
        assert.match(stderr, expected);
        assert.equal(readFileSync(join(folder, 'x.node'), 'utf8'), 'as it was');
        assert.deepEqual(leftovers(folder), []);
      }));
  }

  test('ends cargo with it when it is asked to end, and leaves nothing', () =>
    inFolder({ ...checkout, 'x.node': 'as it was' }, async (folder) => {
      put(folder, 'git', `[ "$1" = --version ] && exit`, `for last; do :; done`, `cp -r '${folder}/source/.' "$last"`);
      // A program of cargo's own, as compilers are.
      putCargo(folder, `tail -f /dev/null & echo $! >'${folder}/pid.new'; mv '${folder}/pid.new' '${folder}/pid'; wait`);
      const { child, ended } = start(folder, ['--out', 'x.node']);
      while (!existsSync(join(folder, 'pid'))) await new Promise(setImmediate);
      child.kill('SIGTERM');
      const { status, stderr } = await ended;
      assert.equal(status, 1);
      assert.match(stderr, /interrupted \(SIGTERM\); nothing was changed/);
      assert.equal(readFileSync(join(folder, 'x.node'), 'utf8'), 'as it was');
      assert.deepEqual(leftovers(folder), []);
      await gone(Number(readFileSync(join(folder, 'pid'), 'utf8')));
    }));
});

/** Until a process is there no more. */
async function gone(pid) {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise(setImmediate);
  }
}
