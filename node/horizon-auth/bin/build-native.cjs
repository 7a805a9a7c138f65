'use strict';
// The addon from source, for platforms without a package. Only ever run by a person: no install does it.

const { spawnSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join, resolve } = require('node:path');

const { version } = require('../package.json');

const REPOSITORY = 'https://github.com/ofeklabs/horizon-auth.git';
const CRATE = 'horizon-auth-node';
const LIBRARY = { darwin: 'libhorizon_auth_node.dylib', win32: 'horizon_auth_node.dll' }[process.platform] ?? 'libhorizon_auth_node.so';

const help = `Builds the addon from source and puts it where the package finds it

Usage: horizon-auth build-native [OPTIONS]

Needs Rust (https://rustup.rs), a C compiler and, without --source, git. Takes some minutes. Run it again after each
install: npm removes what it did not bring.

Options:
      --source DIR    A checkout of the repository at v${version}; without it, one is fetched from
                      ${REPOSITORY}
      --out FILE      Where the addon goes, for NAPI_RS_NATIVE_LIBRARY_PATH; without it, into this package
      --profile NAME  Profile of cargo, release by default
  -h, --help          Print this
`;

const options = {
  source: { type: 'string' },
  out: { type: 'string' },
  profile: { type: 'string', default: 'release' },
};

function run({ source, out, profile }) {
  const target = out === undefined ? ownPlace() : resolve(out);
  expectProgram('cargo', 'Install Rust with rustup, see https://rustup.rs');
  if (source !== undefined) return build(resolve(source), target, profile);
  expectProgram('git', 'Install it, or give a checkout with --source');
  const folder = fs.mkdtempSync(join(tmpdir(), 'horizon-auth-'));
  try {
    call('git', ['clone', '--quiet', '--depth', '1', '--branch', `v${version}`, REPOSITORY, folder]);
    return build(folder, target, profile);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function build(source, target, profile) {
  expectVersion(source);
  call('cargo', ['build', '--locked', '--package', CRATE, '--profile', profile], source);
  const made = join(targetFolder(source), profile === 'dev' ? 'debug' : profile, LIBRARY);
  if (!fs.existsSync(made)) throw new Error(`cargo did not make ${made}: is a target set in .cargo/config.toml or CARGO_BUILD_TARGET?`);
  // In one step: a process that runs keeps the file that it has, and nobody loads a part of one.
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.mkdirSync(dirname(target), { recursive: true });
    fs.copyFileSync(made, temporary);
    expectLoads(temporary);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  process.stdout.write(`${target}\n`);
  return 0;
}

/** Beside the loader, which looks there before it looks for a platform package. */
function ownPlace() {
  const loader = join(__dirname, '..', 'dist', 'native', 'index.cjs');
  if (!fs.existsSync(loader)) throw new Error(`${loader} is missing: build the package first, or name a file with --out`);
  return join(dirname(loader), `horizon-auth.${require(loader).platform()}.node`);
}

/** The addon of another version would be refused at start, after minutes of building. */
function expectVersion(source) {
  const crate = join(source, 'node', 'native', 'Cargo.toml');
  const workspace = join(source, 'Cargo.toml');
  if (!fs.existsSync(crate) || !fs.existsSync(workspace)) {
    throw new Error(`${source} is no checkout of Horizon Auth: node/native/Cargo.toml is missing`);
  }
  const found = /^\[workspace\.package\][^[]*?^version\s*=\s*"([^"]+)"/ms.exec(fs.readFileSync(workspace, 'utf8'))?.[1];
  if (found !== version) throw new Error(`${source} is version ${found ?? 'unknown'}: check out v${version}, the one of this package`);
}

function targetFolder(source) {
  const { stdout, status } = spawnSync('cargo', ['metadata', '--no-deps', '--locked', '--format-version', '1'], {
    cwd: source,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error('cargo metadata failed');
  return JSON.parse(stdout).target_directory;
}

/** In a process of its own: an addon that was loaded cannot be replaced on Windows. */
function expectLoads(file) {
  const script = 'const m = { exports: {} }; process.dlopen(m, process.argv[1]); process.stdout.write(m.exports.version())';
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, file], { encoding: 'utf8' });
  if (status !== 0 || stdout !== version) throw new Error(`what was built does not load: ${stderr || `version ${stdout}`}`);
}

function expectProgram(name, hint) {
  if (spawnSync(name, ['--version'], { stdio: 'ignore' }).status !== 0) throw new Error(`${name} is missing. ${hint}.`);
}

function call(program, args, cwd) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed${error ? `: ${error.message}` : ''}`);
}

module.exports = { help, options, run };
