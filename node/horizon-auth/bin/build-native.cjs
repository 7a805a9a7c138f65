'use strict';
// The addon from source, for platforms without a package. Only ever run by a person: no install does it.

const { spawn, spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { basename, dirname, join, resolve } = require('node:path');

const { version } = require('../package.json');

const REPOSITORY = 'https://github.com/ofeklabs/horizon-auth.git';
const CRATE = 'horizon-auth-node';
const LIBRARY = { darwin: 'libhorizon_auth_node.dylib', win32: 'horizon_auth_node.dll' }[process.platform] ?? 'libhorizon_auth_node.so';
const LOADS = `
  const loaded = { exports: {} };
  try {
    process.dlopen(loaded, process.argv[1]);
    process.stdout.write(loaded.exports.version());
  } catch (error) {
    process.stderr.write(error.message);
    process.exitCode = 1;
  }`;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const isWindows = process.platform === 'win32';

const help = `Builds the addon from source and puts it where the package finds it

Usage: horizon-auth build-native [OPTIONS]

Needs Rust (https://rustup.rs), a C compiler, the network for cargo and, without --source, git. Takes some minutes, and has
to be done again whenever the package has been installed anew. Whatever goes wrong, an addon that is there stays.

Options:
      --source DIR    A checkout of the repository at v${version}; without it, one is fetched from
                      ${REPOSITORY}, built in a temporary folder (of TMPDIR), and
                      removed
      --out FILE      Where the addon goes, a name in .node, for NAPI_RS_NATIVE_LIBRARY_PATH; without it, into this package
      --profile NAME  Profile of cargo, release by default
  -h, --help          Print this

Cargo is run with the environment of this command, so CARGO_TARGET_DIR and what else it knows have their meaning.
`;

const options = {
  source: { type: 'string' },
  out: { type: 'string' },
  profile: { type: 'string', default: 'release' },
};

async function run({ source, out, profile }) {
  // All that can be known is found out before the minutes, not after them.
  const { target, platform } = place(out);
  expectWritable(target);
  expectProgram('cargo', 'Install Rust with rustup, see https://rustup.rs');
  expectCompiler();
  if (source !== undefined) return build(resolve(source), target, platform, profile);
  expectProgram('git', 'Install it, or give a checkout with --source');
  const folder = fs.mkdtempSync(join(tmpdir(), 'horizon-auth-'));
  try {
    await call('git', ['clone', '--quiet', '--depth', '1', '--branch', `v${version}`, REPOSITORY, folder], {
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
    return await build(folder, target, platform, profile);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function build(source, target, platform, profile) {
  expectVersion(source);
  expectRust(source);
  const args = ['build', '--locked', '--package', CRATE, '--profile', profile, '--message-format', 'json-render-diagnostics'];
  const made = artifact(await call('cargo', args, { cwd: source, env: environment(platform) }));
  if (!made) throw new Error(`cargo made no ${LIBRARY}: the linker of this platform, as it is set up, makes no shared libraries`);
  install(made, target);
  process.stdout.write(`${target}\n`);
  return 0;
}

/** A library that Node loads cannot bring a C library of its own, as Rust likes to have it with musl. */
function environment(platform) {
  if (!platform.endsWith('-musl')) return process.env;
  const flags = [process.env.RUSTFLAGS, '-C target-feature=-crt-static'];
  return { ...process.env, RUSTFLAGS: flags.filter(Boolean).join(' ') };
}

/** The path of the library in what cargo says, wherever its settings put it. */
function artifact(messages) {
  const files = messages.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const { reason, target, filenames } = JSON.parse(line);
    return reason === 'compiler-artifact' && target.name === CRATE.replaceAll('-', '_') ? filenames : [];
  });
  return files.find((file) => basename(file) === LIBRARY);
}

/** In one step: a process that runs keeps the file that it has, and nobody loads a part of one, whenever this ends. */
function install(made, target) {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.copyFileSync(made, temporary);
    const file = fs.openSync(temporary, 'r+');
    fs.fsyncSync(file);
    fs.closeSync(file);
    expectLoads(temporary);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    const isInUse = isWindows && ['EACCES', 'EBUSY', 'EPERM'].includes(error.code);
    throw isInUse ? new Error(`${target} is in use: end the applications that have loaded it, and run this again`, { cause: error }) : error;
  }
}

/** Where the addon goes, and what the loader calls this machine. Its own place is beside the loader, which looks there first. */
function place(out) {
  const loader = join(__dirname, '..', 'dist', 'native', 'index.cjs');
  if (!fs.existsSync(loader)) throw new Error(`${loader} is missing: build the package first`);
  const platform = require(loader).platform();
  if (out === undefined) return { platform, target: join(dirname(loader), `horizon-auth.${platform}.node`) };
  if (!out.endsWith('.node')) throw new Error(`--out ${out}: Node loads as an addon only what is called NAME.node`);
  return { platform, target: resolve(out) };
}

function expectWritable(target) {
  const probe = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (fs.statSync(target, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a folder');
    fs.mkdirSync(dirname(target), { recursive: true });
    fs.writeFileSync(probe, '', { flag: 'wx' });
    fs.rmSync(probe);
  } catch (error) {
    throw new Error(
      `${target} cannot be written: ${error.message}. Name another place with --out FILE.node, and give its path to the ` +
        `application in NAPI_RS_NATIVE_LIBRARY_PATH.`,
      { cause: error },
    );
  }
}

/** The addon of another version would be refused at start. */
function expectVersion(source) {
  const crate = join(source, 'node', 'native', 'Cargo.toml');
  if (!fs.existsSync(crate) || !fs.existsSync(join(source, 'Cargo.toml'))) {
    throw new Error(`${source} is no checkout of Horizon Auth: node/native/Cargo.toml is missing`);
  }
  const found = workspaceValue(source, 'version');
  if (found !== version) throw new Error(`${source} is version ${found ?? 'unknown'}: check out v${version}, the one of this package`);
}

/** An old cargo says of a new package only that it does not understand it. */
function expectRust(source) {
  const { status, stdout, stderr } = spawnSync('cargo', ['--version'], { cwd: source, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cargo does not work in ${source}: ${stderr.trim()}`);
  const needed = workspaceValue(source, 'rust-version');
  const found = /^cargo (\d+\.\d+)/.exec(stdout)?.[1];
  if (needed && found && number(found) < number(needed)) {
    throw new Error(`Rust ${found} is too old: Horizon Auth ${version} needs ${needed} or later. With rustup: rustup update`);
  }
}

const number = (release) => release.split('.').reduce((sum, part, at) => sum + Number(part) / 1000 ** at, 0);

function workspaceValue(source, name) {
  const text = fs.readFileSync(join(source, 'Cargo.toml'), 'utf8');
  return new RegExp(`^\\[workspace\\.package\\][^[]*?^${name}\\s*=\\s*"([^"]+)"`, 'ms').exec(text)?.[1];
}

/** In a process of its own: an addon that was loaded cannot be replaced on Windows. */
function expectLoads(file) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', LOADS, file], { encoding: 'utf8' });
  if (status !== 0 || stdout !== version) throw new Error(`what was built does not load: ${stderr || `version ${stdout}`}`);
}

function expectProgram(name, hint) {
  const { error, status, stderr } = spawnSync(name, ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`${name} is missing. ${hint}.`, { cause: error });
  if (status !== 0) throw new Error(`${name} does not work: ${stderr.trim()}`);
}

/** The cryptography and SQLite are C code, and cargo would find out after a while. */
function expectCompiler() {
  const isNamed = Object.keys(process.env).some((name) => /^(?:CC_|HOST_CC$|TARGET_CC$)/.test(name));
  if (isWindows || isNamed) return;
  const [compiler, ...args] = (process.env.CC || 'cc').split(/\s+/);
  const { status } = spawnSync(compiler, [...args, '-E', '-'], { input: '#include <stdlib.h>\n', stdio: ['pipe', 'ignore', 'ignore'] });
  if (status === 0) return;
  const hint = process.platform === 'darwin' ? 'xcode-select --install' : 'Debian calls it gcc and libc6-dev, Alpine build-base';
  throw new Error(`${compiler} is no C compiler, or lacks the headers of the C library. Install one (${hint}), or name it in CC.`);
}

/**
 * What a program writes. When this process is asked to end, so is the program with all that it started, and only then does
 * this fail: what is there is cleaned up.
 */
function call(program, args, settings) {
  return new Promise((done, failed) => {
    let child;
    let signal;
    const end = (its) => {
      signal = its;
      try {
        if (isWindows) child.kill(its);
        else process.kill(-child.pid, its);
      } catch {
        // It has ended by itself.
      }
    };
    // Before it starts: it would survive a signal that comes in between.
    for (const one of SIGNALS) process.on(one, end);
    child = spawn(program, args, { ...settings, stdio: ['ignore', 'pipe', 'inherit'], detached: !isWindows });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (text += part));
    const settle = (error) => {
      for (const one of SIGNALS) process.off(one, end);
      if (error) failed(error);
      else done(text);
    };
    child.on('error', (error) => settle(new Error(`${program} cannot be run: ${error.message}`, { cause: error })));
    child.on('close', (status) => {
      if (signal) settle(new Error(`interrupted (${signal}); nothing was changed`));
      else settle(status === 0 ? undefined : new Error(`${program} ${args[0]} failed; what it says is above`));
    });
  });
}

module.exports = { help, options, run };
