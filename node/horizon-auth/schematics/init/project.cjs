'use strict';
// What kind of project this is, and where its parts are. Everything that can be refused is refused here.

const { posix } = require('node:path');

/** An error that a person can act on; the command line shows its message and nothing else. */
class InitError extends Error {}

/** The project that the options mean. Throws {@link InitError} if there is none, or an option is wrong. */
function readProject(tree, options) {
  const folder = folderWithin(options.path, 'path');
  const at = (path) => posix.join(folder, path);
  const manifest = readJson(tree, at('package.json'));
  if (!manifest) {
    throw new InitError(`${at('package.json')} is missing: run this in the folder of a Nest application, or name it with --path`);
  }
  if (!{ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }['@nestjs/core']) {
    throw new InitError(`${at('package.json')} does not depend on @nestjs/core: this is no Nest application`);
  }
  const nest = readJson(tree, at('nest-cli.json')) ?? {};
  const project = projectOf(nest, options.project);
  const sourceRoot = folderWithin(options.sourceRoot ?? project.sourceRoot ?? nest.sourceRoot ?? 'src', 'source-root');
  const entry = project.entryFile ?? nest.entryFile ?? 'main';
  return { folder, at, manifest, sources: at(sourceRoot), main: `${at(sourceRoot)}/${folderWithin(entry, 'entryFile')}.ts` };
}

function projectOf(nest, name) {
  if (name === undefined) {
    // The one of the source root: a workspace names its default project that way.
    return Object.values(nest.projects ?? {}).find((one) => one?.sourceRoot && one.sourceRoot === nest.sourceRoot) ?? {};
  }
  const project = nest.projects?.[name];
  if (!project) {
    const known = Object.keys(nest.projects ?? {});
    throw new InitError(`--project ${name}: nest-cli.json ${known.length ? `has ${known.join(', ')}` : 'has no projects'}`);
  }
  return project;
}

/** A folder within the project; what leads out of it is refused. */
function folderWithin(value, name) {
  if (value === undefined || value === '') return '';
  const path = posix.normalize(String(value).replace(/\\/g, '/'));
  if (/^(?:\/|[A-Za-z]:)/.test(path) || path.split('/').includes('..') || /[\0-\x1f]/.test(path)) {
    throw new InitError(`${name} must be a folder within the project, such as src: ${JSON.stringify(value)} is not`);
  }
  return path === '.' ? '' : path.replace(/^\.\/|\/$/g, '');
}

/** The URLs of the options, checked as far as the engine's own check at start would be too late. */
function readUrls({ databaseUrl, redisUrl }) {
  const database = expectUrl(databaseUrl, 'database-url', /^(?:sqlite:.|postgres(?:ql)?:\/\/.)/, 'sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME');
  const redis = expectUrl(redisUrl, 'redis-url', /^rediss?:\/\/./, 'redis://:PASSWORD@HOST:6379');
  if (redis !== undefined && !database?.startsWith('postgres')) {
    throw new InitError('--redis-url needs --database-url with PostgreSQL: SQLite serves one process, which needs no Redis');
  }
  return { databaseUrl: database, redisUrl: redis };
}

// The value may hold a password: no message repeats it.
function expectUrl(value, name, pattern, example) {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !pattern.test(value) || /[\s\0-\x1f\x7f]/.test(value)) {
    throw new InitError(`--${name} must be a URL such as ${example}, without spaces (%20)`);
  }
  return value;
}

/** The file as JSON; `undefined` if there is none. */
function readJson(tree, path) {
  if (!tree.exists(path)) return undefined;
  try {
    return JSON.parse(readText(tree, path).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InitError(`${path} is not JSON: ${error.message}`);
  }
}

function readText(tree, path) {
  return tree.read(path).toString('utf8');
}

/** npm, unless a lockfile or package.json names another one. */
function packageManager(tree, { at, manifest }) {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(manifest.packageManager ?? '')?.[1];
  const lockfiles = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' };
  return named ?? Object.entries(lockfiles).find(([file]) => tree.exists(at(file)))?.[1] ?? 'npm';
}

module.exports = { InitError, readProject, readUrls, readText, packageManager };
