'use strict';
// The schematic on a plain folder: everything is worked out first, shown, and then written whole.

const { spawnSync } = require('node:child_process');

const schematics = require('../schematics/init/index.cjs');
const { FolderTree } = require('./folder-tree.cjs');

const help = `Adds Horizon Auth to the Nest application of this folder

Usage: horizon-auth init [OPTIONS]

Nothing of yours is replaced: files are created, and app.module.ts, main.ts, package.json, .gitignore and .env get the
lines that they lack. A second run finds nothing to do.

Options:
      --path DIR          Folder of the application, the one with package.json, if it is not the current one
      --source-root DIR   Folder of the sources within it; nest-cli.json says it, or it is src
      --project NAME      Project of a monorepo, as nest-cli.json names it
      --database-url URL  sqlite:PATH or postgres://…, for .env; without it SQLite, and nothing else to install
      --redis-url URL     redis://… or rediss://…, for .env; needs PostgreSQL
      --global            Every route needs an access token, but those marked @Public()
      --no-sample         No sample controller
      --skip-install      Do not install what package.json lacks
      --dry-run           Show what would be done, and do nothing
  -h, --help              Print this
`;

const options = {
  path: { type: 'string' },
  'source-root': { type: 'string' },
  project: { type: 'string' },
  'database-url': { type: 'string' },
  'redis-url': { type: 'string' },
  global: { type: 'boolean' },
  sample: { type: 'boolean', default: true },
  'skip-install': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
};

function run(values) {
  const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
  const tree = new FolderTree(process.cwd());
  const tasks = [];
  const context = {
    logger: { info: say, warn: say },
    addTask: (task) => tasks.push(task.toConfiguration()),
  };
  schematics.init(given)(tree, context);
  for (const { name, options: task } of tasks) {
    if (name === 'run-schematic') schematics[task.name](task.options)(tree, context);
  }

  const changes = tree.changes();
  for (const { kind, path } of changes) say(`${kind} ${path}`);
  if (given.dryRun) {
    say(changes.length === 0 ? 'Nothing to do.' : 'Nothing was written: --dry-run');
    return 0;
  }
  tree.commit();
  const install = tasks.find(({ name }) => name === 'node-package');
  if (install) installPackages(install.options);
  say(changes.length === 0 ? 'Nothing to do.' : 'Next: npm run start:dev, and docs/guide/nestjs.md of https://github.com/ofeklabs/horizon-auth');
  return 0;
}

function installPackages({ packageManager, workingDirectory }) {
  say(`${packageManager} install`);
  // On Windows it is a script, which only a shell starts; no argument comes from outside.
  const isWindows = process.platform === 'win32';
  const { status, error } = spawnSync(packageManager, ['install'], { cwd: workingDirectory, stdio: 'inherit', shell: isWindows });
  if (status === 0) return;
  throw new Error(`the files are written, but ${packageManager} install failed${error ? `: ${error.message}` : ''}. Run it again yourself.`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function camelCase(name) {
  return name.replace(/-(.)/g, (dash, letter) => letter.toUpperCase());
}

module.exports = { help, options, run };
