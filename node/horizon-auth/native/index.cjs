'use strict';
// Finds the addon for this machine. Loaded on first use: what needs no engine (decorators, schematics) works without.

const { existsSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const { version } = require('../../package.json');

const platforms = {
  'linux-x64-gnu': true,
  'linux-x64-musl': true,
  'linux-arm64-gnu': true,
  'linux-arm64-musl': true,
  'darwin-x64': true,
  'darwin-arm64': true,
  'win32-x64-msvc': true,
};

let loaded;

/** The name of this machine in the names of packages, such as `linux-x64-gnu`. */
function platform() {
  const { platform: system, arch } = process;
  if (system === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  return system === 'win32' ? `win32-${arch}-msvc` : `${system}-${arch}`;
}

function isMusl() {
  try {
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl');
  } catch {
    // Images without a shell have no ldd; the report is slow, and right.
    return !process.report.getReport().header.glibcVersionRuntime;
  }
}

/** The addon; throws an error that says what to install if there is none, or one of another version. */
function load() {
  loaded ??= check(find());
  return loaded;
}

function find() {
  const given = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (given) return { addon: attempt(resolve(given)), from: given };
  const name = platform();
  const beside = join(__dirname, `horizon-auth.${name}.node`);
  if (existsSync(beside)) return { addon: attempt(beside), from: beside };
  const package_ = `@ofeklabs/horizon-auth-${name}`;
  try {
    return { addon: require(package_), from: package_ };
  } catch (cause) {
    throw new Error(missing(name, package_, cause), { cause });
  }
}

function attempt(path) {
  try {
    return require(path);
  } catch (cause) {
    throw new Error(`@ofeklabs/horizon-auth: the addon ${path} cannot be loaded: ${cause.message}`, { cause });
  }
}

function missing(name, package_, cause) {
  const isThere = cause.code !== 'MODULE_NOT_FOUND';
  const why = isThere ? `cannot be loaded: ${cause.message}` : 'is not installed';
  return (
    `@ofeklabs/horizon-auth: no addon for ${name}: ${package_} ${why}. ${remedy(name, isThere)} ` +
    `Or build it from source with \`npx horizon-auth build-native\`, which needs Rust.`
  );
}

function remedy(name, isThere) {
  if (isThere) return `It is damaged, or made for a newer system than this one: install it again, or update the system.`;
  if (!platforms[name]) return `There is no package for this platform.`;
  return (
    `It is an optional dependency: install again without --omit=optional, on the system that runs it ` +
    `(a lockfile made elsewhere may lack it).`
  );
}

function check({ addon, from }) {
  const found = typeof addon.version === 'function' ? addon.version() : 'unknown';
  if (found !== version) {
    throw new Error(
      `@ofeklabs/horizon-auth ${version}: the addon ${from} has version ${found}; install the same version of both`,
    );
  }
  return addon;
}

module.exports = { load, platform };
