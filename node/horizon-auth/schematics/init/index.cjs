'use strict';
// The schematics. They import nothing: a rule is a function of a tree, so that the same one runs in every version of the
// Angular devkit, where no package is hoisted, and on a plain folder (bin/horizon-auth.cjs).

const { chmodSync, lstatSync, readFileSync } = require('node:fs');
const { join, posix, resolve } = require('node:path');

const { lacksSecrets, valueOf, withMissingLines, withSecrets } = require('./environment-file.cjs');
const { InitError, packageManager, readProject, readText, readUrls } = require('./project.cjs');
const source = require('./source.cjs');

const PACKAGE = '@ofeklabs/horizon-auth';
const COMPOSE_FILES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yaml', 'compose.yml'];
const ENV_HEADER = `# Secrets of this machine, made for it. Git does not carry this file; .env.example is its pattern.`;
const EXAMPLE_HEADER = `# The pattern of .env, which git does not carry. \`npx horizon-auth init\` makes one with fresh passwords and keys.`;

/** Adds Horizon Auth to a Nest application. Nothing of anybody's is replaced; a second run finds nothing to do. */
exports.init = (options) => (tree, context) => {
  const urls = readUrls(options);
  const project = readProject(tree, options);
  const init = new Init(tree, context.logger, project);
  const ending = init.importEnding();

  init.ignore(['/.env', '/horizon-auth.db*', '/horizon-auth-mail/']);
  init.environmentFiles(urls);
  init.sources(options, ending);
  init.create('prisma/horizon-auth.prisma', readTemplate('horizon-auth.prisma'));
  init.compose();
  const isNew = init.dependency();

  if (isNew && !options.skipInstall) {
    context.addTask(task('node-package', {
      command: 'install',
      quiet: true,
      workingDirectory: project.folder || '.',
      packageManager: packageManager(tree, project),
    }));
  }
  if (lacksSecrets(readText(tree, project.at('.env')))) {
    context.addTask(task('run-schematic', { name: 'secrets', options: { file: project.at('.env'), ...urls } }));
  }
  init.report();
  return tree;
};

/**
 * Makes the secrets that `.env` lacks. A schematic of its own, because those write every file so that all may read it:
 * by now the file is there, without a secret, is ignored by git, and can be closed first.
 */
exports.secrets = ({ file, databaseUrl, redisUrl }) => (tree) => {
  const text = readText(tree, file);
  closeFile(resolve(file), text);
  tree.overwrite(file, withSecrets(text, { databaseUrl, redisUrl }));
  return tree;
};

exports.InitError = InitError;

class Init {
  constructor(tree, logger, project) {
    this.tree = tree;
    this.logger = logger;
    this.project = project;
    /** What only a person can do. */
    this.todo = [];
    this.rootModule = this.findRootModule();
  }

  read(path) {
    return readText(this.tree, path);
  }

  /** Creates a file of the project; one that is there is kept. */
  create(path, text) {
    const at = this.project.at(path);
    if (!this.tree.exists(at)) this.tree.create(at, text);
    else if (this.read(at).replace(/\r\n/g, '\n') !== text) this.logger.info(`${at} is there: kept`);
  }

  /** Changes a file, or creates it. */
  write(at, text) {
    if (!this.tree.exists(at)) this.tree.create(at, text);
    else if (this.read(at) !== text) this.tree.overwrite(at, text);
  }

  /** Lines that .gitignore lacks. First of all, for what they name is written next. */
  ignore(lines) {
    const at = this.project.at('.gitignore');
    const text = this.tree.exists(at) ? this.read(at) : '';
    const missing = lines.filter((line) => !ignores(text, line));
    if (missing.length === 0) return;
    if (missing.includes('/.env') && this.tree.exists(this.project.at('.env'))) {
      this.todo.push('.env was not in .gitignore. If git carries it, take it out: git rm --cached .env');
    }
    const eol = text.includes('\r\n') ? '\r\n' : '\n';
    const gap = text === '' ? '' : text.endsWith('\n') ? eol : eol + eol;
    this.write(at, `${text}${gap}${['# Secrets and data of this machine', ...missing].join(eol)}${eol}`);
  }

  environmentFiles({ databaseUrl, redisUrl }) {
    const { tree, project } = this;
    const has = { hasDatabase: databaseUrl !== undefined, hasRedis: redisUrl !== undefined };
    const at = project.at('.env');
    const text = tree.exists(at) ? this.read(at) : '';
    for (const [name, wanted] of [['DATABASE_URL', databaseUrl], ['REDIS_URL', redisUrl]]) {
      const kept = valueOf(text, name);
      if (wanted !== undefined && kept && kept !== wanted.replace(/'/g, '%27')) {
        this.todo.push(`${at} has another ${name}: kept. Change it yourself if the new one is right.`);
      } else if (wanted !== undefined && kept === undefined && new RegExp(`^#\\s*${name}=`, 'm').test(text)) {
        this.todo.push(`${at} has ${name} behind a #: kept. Write yours there.`);
      }
    }
    if (valueOf(text, 'DATABASE_URL') && valueOf(text, 'JWT_PRIVATE_KEY') === undefined) {
      this.todo.push(
        `${at} has a DATABASE_URL: Horizon Auth will keep its tables there too. To give it a schema of its own, make one ` +
          `and add ?options[search_path]=NAME for it in ${this.moduleFile()}.`,
      );
    }
    this.write(at, withMissingLines(text, ENV_HEADER, has));
    const example = project.at('.env.example');
    this.write(example, withMissingLines(tree.exists(example) ? this.read(example) : '', EXAMPLE_HEADER, {}));
  }

  moduleFile() {
    return `${this.project.sources}/auth/auth.module.ts`;
  }

  sources(options, ending) {
    if (this.hasOtherAuthModule()) {
      // Its routes are likely to be called as ours: which of both answer, its author decides.
      this.todo.push(
        `There is an AuthModule of yours: kept, and nothing is imported. When its routes make room, import ` +
          `HorizonAuthModule as node_modules/${PACKAGE}/schematics/README.md shows.`,
      );
    } else {
      const sample = options.sample !== false;
      this.createSource(this.moduleFile(), 'auth.module.ts.template', {
        sampleImport: sample ? `import { SampleController } from './sample.controller${ending}';\n` : '',
        controllers: sample ? '\n  controllers: [SampleController],' : '',
        global: String(options.global === true),
      });
      if (sample) this.createSource(`${this.project.sources}/auth/sample.controller.ts`, 'sample.controller.ts.template', {});
      this.wire(ending);
    }
    const line = 'app.enableShutdownHooks();';
    this.patch(this.project.main, `behind NestFactory.create(…): ${line}`, (text, masked) =>
      masked.includes('.enableShutdownHooks(') ? text : source.withCallOnApplication(text, masked, 'enableShutdownHooks()'),
    );
  }

  /** Whether the name is taken: by a file where ours would be, or in the root module. */
  hasOtherAuthModule() {
    const at = this.moduleFile();
    if (this.tree.exists(at)) return !this.read(at).includes('HorizonAuthModule');
    const { file } = this.rootModule;
    return this.tree.exists(file) && /\bAuthModule\b/.test(source.mask(this.read(file)) ?? '');
  }

  createSource(at, template, values) {
    if (!this.tree.exists(at)) this.tree.create(at, readTemplate(template, values));
  }

  /** Imports AuthModule into the root module. */
  wire(ending) {
    const { file, name } = this.rootModule;
    const from = `${relative(posix.dirname(file), posix.dirname(this.moduleFile()))}/auth.module${ending}`;
    const lines = `import { AuthModule } from '${from}'; and AuthModule among the imports of @Module`;
    this.patch(file, lines, (text, masked) => {
      const known = source.importedFrom(text, masked, 'AuthModule');
      const wired = source.withModule(text, masked, name, 'AuthModule');
      if (wired === undefined) return undefined;
      return known === undefined ? source.withImport(wired, source.mask(wired), 'AuthModule', from) : wired;
    });
  }

  /** Changes a source, or says what to write into it. */
  patch(at, lines, change) {
    if (!this.tree.exists(at)) {
      this.todo.push(`${at} is not there. Where your application begins, add ${lines}`);
      return;
    }
    const text = this.read(at);
    const masked = source.mask(text);
    const changed = masked === undefined ? undefined : change(text, masked);
    if (changed !== undefined) this.write(at, changed);
    else this.todo.push(`${at} is written in a way that this does not change. Add ${lines}`);
  }

  /** The module that main.ts starts, and its file. */
  findRootModule() {
    const { main, sources } = this.project;
    const usual = { name: 'AppModule', file: `${sources}/app.module.ts` };
    if (!this.tree.exists(main)) return usual;
    const text = this.read(main);
    const masked = source.mask(text);
    const name = masked && source.rootModule(masked);
    if (!name) return usual;
    const from = source.importedFrom(text, masked, name);
    if (from === undefined || !/^\.\.?\//.test(from)) return { name, file: new RegExp(`class\\s+${name}\\b`).test(masked) ? main : usual.file };
    const stem = posix.join(posix.dirname(main), from.replace(/\.[jt]s$/, ''));
    return { name, file: this.tree.exists(`${stem}.ts`) ? `${stem}.ts` : `${stem}/index.ts` };
  }

  /** `.js` behind imports, where Node resolves them: as the root module does it, or as package.json says. */
  importEnding() {
    const { file } = this.rootModule;
    const text = this.tree.exists(file) ? this.read(file) : '';
    const masked = source.mask(text);
    return (masked && source.relativeEnding(text, masked)) ?? (this.project.manifest.type === 'module' ? '.js' : '');
  }

  compose() {
    const found = COMPOSE_FILES.find((name) => this.tree.exists(this.project.at(name)));
    const text = readTemplate('docker-compose.yml.template');
    if (!found) this.create('docker-compose.yml', text);
    else if (this.read(this.project.at(found)).replace(/\r\n/g, '\n') !== text) {
      this.logger.info(`${this.project.at(found)} is there: kept`);
    }
  }

  /** The package among the dependencies; whether it was not yet. */
  dependency() {
    const at = this.project.at('package.json');
    const { manifest } = this.project;
    if (manifest.dependencies?.[PACKAGE] ?? manifest.devDependencies?.[PACKAGE]) return false;
    const { version } = require('../../package.json');
    const dependencies = Object.entries({ ...manifest.dependencies, [PACKAGE]: `^${version}` });
    dependencies.sort(([a], [b]) => (a < b ? -1 : 1));
    const text = this.read(at);
    const indent = /^\uFEFF?\{\r?\n([ \t]+)/.exec(text)?.[1] ?? 2;
    const end = /\s*$/.exec(text)[0];
    const json = JSON.stringify({ ...manifest, dependencies: Object.fromEntries(dependencies) }, null, indent) + end;
    this.write(at, text.includes('\r\n') ? json.replace(/\r?\n/g, '\r\n') : json);
    return true;
  }

  report() {
    for (const one of this.todo) this.logger.warn(`To do: ${one}`);
  }
}

/** A task, as the devkit takes it. */
function task(name, options) {
  return { toConfiguration: () => ({ name, options }) };
}

/** A template with its values. */
function readTemplate(name, values = {}) {
  return readFileSync(join(__dirname, 'files', name), 'utf8').replace(/<%=\s*(\w+)\s*%>/g, (_, key) => values[key]);
}

function relative(from, to) {
  const path = posix.relative(from, to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Whether a .gitignore covers what a line of ours names: the last line about it decides. */
function ignores(text, line) {
  const name = line.replace(/^\/|\/$/g, '');
  const forms = new Set([name, `/${name}`, `**/${name}`, `${name}/`, `/${name}/`]);
  if (name === '.env') ['.env*', '/.env*', '*.env', '**/.env*'].forEach((form) => forms.add(form));
  if (name.startsWith('horizon-auth.db')) ['*.db*', 'horizon-auth*', '/horizon-auth*'].forEach((form) => forms.add(form));
  const rules = text.split(/\r?\n/).map((one) => one.trim());
  const last = rules.findLast((one) => forms.has(one.replace(/^!/, '')));
  return last !== undefined && !last.startsWith('!');
}

/** Takes a file from everybody but its owner, if it is the one of the tree; a link would lead elsewhere. */
function closeFile(path, text) {
  let found;
  try {
    found = lstatSync(path);
    if (!found.isSymbolicLink() && readFileSync(path, 'utf8') !== text) return;
  } catch {
    return; // a tree that is no folder
  }
  if (found.isSymbolicLink()) throw new InitError(`${path} is a symbolic link: secrets are not written where it leads`);
  chmodSync(path, 0o600);
}
