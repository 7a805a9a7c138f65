import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { parseEnv } from 'node:util';

import { MemoryTree, nestApplication } from './project.mjs';

const require = createRequire(import.meta.url);
const schematics = require('../../schematics/init/index.cjs');
const { version } = require('../../package.json');

const PACKAGE = '@ofeklabs/horizon-auth';

/** What init makes of the files: the new ones, what it says, and the tasks it leaves. Secrets are one of those. */
function init(files, options = {}) {
  const tree = new MemoryTree(files);
  const said = [];
  const tasks = [];
  const say = (text) => said.push(text);
  const context = { logger: { info: say, warn: say }, addTask: (task) => tasks.push(task.toConfiguration()) };
  schematics.init(options)(tree, context);
  return { files: tree.files, said, tasks };
}

/** The same, with the secrets. Keys take their time: for the tests that look at them. */
function initWithSecrets(files, options) {
  const result = init(files, options);
  const tree = new MemoryTree(result.files);
  for (const { name, options: of } of result.tasks) if (name === 'run-schematic') schematics[of.name](of.options)(tree);
  return { ...result, files: tree.files };
}

/** A new application with everything, made once: nobody changes it. */
const whole = initWithSecrets(nestApplication());

/** A project that has keys. */
const WITH_KEYS = { '.env': 'JWT_PRIVATE_KEY=mine\n' };

const environment = (files) => parseEnv(files['.env']);

describe('a new application', () => {
  test('gets a module, a controller, settings, servers and the tables for reading', () => {
    const { files, said } = init(nestApplication());
    const added = Object.keys(files).filter((path) => !(path in nestApplication()));
    assert.deepEqual(added.sort(), [
      '.env',
      '.env.example',
      'docker-compose.yml',
      'prisma/horizon-auth.prisma',
      'src/auth/auth.module.ts',
      'src/auth/sample.controller.ts',
    ]);
    assert.match(files['src/app.module.ts'], /import \{ AuthModule \} from '\.\/auth\/auth\.module\.js';\n\n@Module/);
    assert.match(files['src/app.module.ts'], /imports: \[AuthModule\]/);
    assert.match(files['src/main.ts'], /\n {2}app\.enableShutdownHooks\(\);\n/);
    assert.match(files['src/auth/auth.module.ts'], /from '\.\/sample\.controller\.js'/);
    assert.deepEqual(said, []);
  });

  test('has imports without an ending as CommonJS', () => {
    const { files } = init(nestApplication({}, { isModule: false }));
    assert.match(files['src/app.module.ts'], /from '\.\/auth\/auth\.module';/);
    assert.match(files['src/auth/auth.module.ts'], /from '\.\/sample\.controller'/);
  });

  test('gets the dependency, and is installed', () => {
    const { files, tasks } = init(nestApplication({ 'pnpm-lock.yaml': '' }));
    assert.deepEqual(Object.keys(JSON.parse(files['package.json']).dependencies), ['@nestjs/core', PACKAGE, 'rxjs']);
    assert.equal(JSON.parse(files['package.json']).dependencies[PACKAGE], `^${version}`);
    const { options } = tasks.find(({ name }) => name === 'node-package');
    assert.deepEqual(options, { command: 'install', quiet: true, workingDirectory: '.', packageManager: 'pnpm' });
  });

  test('is not installed again if it has the dependency, or if nobody wants that', () => {
    const has = nestApplication();
    has['package.json'] = has['package.json'].replace('"rxjs"', `"${PACKAGE}": "file:x.tgz", "rxjs"`);
    assert.equal(init(has).files['package.json'], has['package.json']);
    assert.ok(!init(has).tasks.some(({ name }) => name === 'node-package'));
    assert.ok(!init(nestApplication(), { skipInstall: true }).tasks.some(({ name }) => name === 'node-package'));
  });

  test('has no sample and a guard for everything if asked', () => {
    const { files } = init(nestApplication(), { sample: false, global: true });
    assert.ok(!('src/auth/sample.controller.ts' in files));
    assert.doesNotMatch(files['src/auth/auth.module.ts'], /[Ss]ample|controllers|<%/);
    assert.match(files['src/auth/auth.module.ts'], /applyJwtGuardGlobally: true/);
  });
});

describe('a second run', () => {
  test('changes nothing and leaves nothing to do', () => {
    const second = init(whole.files);
    assert.deepEqual(second.files, whole.files);
    assert.deepEqual(second.tasks, []);
    assert.deepEqual(second.said, []);
  });

  test('changes nothing with Windows line ends either', () => {
    const crlf = Object.fromEntries(Object.entries(nestApplication(WITH_KEYS)).map(([path, text]) => [path, text.replace(/\n/g, '\r\n')]));
    const first = initWithSecrets(crlf).files;
    for (const path of Object.keys(crlf)) assert.doesNotMatch(first[path], /[^\r]\n/, path);
    assert.deepEqual(init(first).files, first);
  });

  test('makes what a clone lacks', () => {
    const { '.env': secrets, ...clone } = whole.files;
    const mended = initWithSecrets(clone);
    assert.ok(environment(mended.files).JWT_PRIVATE_KEY);
    assert.notEqual(mended.files['.env'], secrets);
    assert.deepEqual({ ...mended.files, '.env': '' }, { ...whole.files, '.env': '' });
  });
});

describe('secrets', () => {
  test('are a fresh pair of RSA keys of 2048 bits and passwords, as Node reads them', () => {
    const one = environment(whole.files);
    const other = environment(initWithSecrets(nestApplication()).files);
    const key = createPrivateKey(one.JWT_PRIVATE_KEY);
    assert.equal(key.asymmetricKeyType, 'rsa');
    assert.equal(key.asymmetricKeyDetails.modulusLength, 2048);
    assert.ok(createPublicKey(key).equals(createPublicKey(one.JWT_PUBLIC_KEY)));
    assert.match(one.POSTGRES_PASSWORD, /^[0-9a-f]{48}$/);
    assert.match(one.REDIS_PASSWORD, /^[0-9a-f]{48}$/);
    for (const name of ['JWT_PRIVATE_KEY', 'POSTGRES_PASSWORD', 'REDIS_PASSWORD']) assert.notEqual(one[name], other[name]);
  });

  test('are made when everything else is written, in a file that git ignores', () => {
    const { files: beforeSecrets } = init(nestApplication(), { databaseUrl: 'postgres://u:hush@db/x' });
    assert.deepEqual(Object.values(environment(beforeSecrets)).filter(Boolean), []);
    assert.match(beforeSecrets['.gitignore'], /^\/\.env$/m);
    for (const text of Object.values(beforeSecrets)) assert.doesNotMatch(text, /hush|BEGIN/);
  });

  test('stand in .env alone', () => {
    const { files, said } = whole;
    const secrets = Object.values(environment(files));
    for (const [path, text] of Object.entries({ ...files, said: said.join('\n') })) {
      if (path !== '.env') assert.ok(!secrets.some((secret) => text.includes(secret)), path);
    }
    assert.doesNotMatch(files['.env.example'], /BEGIN|=[0-9a-f]{20}/);
  });

  test('stand in the URLs of the servers, which are one # away', () => {
    const text = whole.files['.env'];
    const { POSTGRES_PASSWORD, REDIS_PASSWORD, DATABASE_URL, REDIS_URL } = parseEnv(text.replace(/^#(?=\w+=)/gm, ''));
    assert.equal(new URL(DATABASE_URL).password, POSTGRES_PASSWORD);
    assert.equal(new URL(REDIS_URL).password, REDIS_PASSWORD);
  });
});

describe('URLs', () => {
  const hostile = `postgres://u:p$x"\`#\\'@db/name`;
  test('are read as they were given, whatever they hold', () => {
    const { files } = initWithSecrets(nestApplication(WITH_KEYS), { databaseUrl: hostile, redisUrl: 'rediss://:$&@cache' });
    assert.equal(environment(files).DATABASE_URL, hostile.replace("'", '%27'));
    assert.equal(environment(files).REDIS_URL, 'rediss://:$&@cache');
  });

  test('that are wrong are refused by name, and never repeated', () => {
    const refused = [
      [{ databaseUrl: 'mysql://root:hush@db/x' }, /--database-url/],
      [{ databaseUrl: 'postgres://u:hush@db/x\nJWT_PRIVATE_KEY=x' }, /--database-url/],
      [{ databaseUrl: true }, /--database-url/],
      [{ databaseUrl: 'postgres://db/x', redisUrl: 'http://:hush@cache' }, /--redis-url/],
      [{ redisUrl: 'redis://:hush@cache' }, /--redis-url needs --database-url/],
    ];
    for (const [options, message] of refused) {
      assert.throws(() => init(nestApplication(), options), (error) => message.test(error.message) && !error.message.includes('hush'));
    }
  });

  test('do not replace those that .env has', () => {
    const files = nestApplication({ '.env': 'DATABASE_URL=postgres://mine/db\n' });
    const after = init(files, { databaseUrl: 'postgres://u:hush@other/db' });
    assert.equal(environment(after.files).DATABASE_URL, 'postgres://mine/db');
    assert.ok(after.said.some((line) => /another DATABASE_URL: kept/.test(line)));
    assert.ok(!after.said.join().includes('hush'));
  });
});

describe('what is there', () => {
  test('stays in .env, and only what is missing is added', () => {
    const mine = 'PORT=4000\nJWT_PRIVATE_KEY="mine"';
    const { files } = init(nestApplication({ '.env': mine, '.gitignore': '.env*\n' }));
    assert.ok(files['.env'].startsWith(mine));
    assert.equal(environment(files).JWT_PRIVATE_KEY, 'mine');
    assert.equal(environment(files).JWT_PUBLIC_KEY, undefined);
  });

  test('is told if the tables will stand beside those of the application', () => {
    const { said } = init(nestApplication({ '.env': 'DATABASE_URL=postgres://mine/db\n' }));
    assert.ok(said.some((line) => /will keep its tables there too/.test(line)));
    assert.ok(said.some((line) => /git rm --cached \.env/.test(line)));
  });

  test('is kept where a file has another owner', () => {
    const own = { 'compose.yaml': 'services: {}\n', 'prisma/horizon-auth.prisma': '// mine\n', 'src/auth/auth.module.ts': 'export class AuthModule {}\n' };
    const { files, said } = init(nestApplication(own));
    for (const [path, text] of Object.entries(own)) assert.equal(files[path], text);
    for (const path of ['compose.yaml', 'prisma/horizon-auth.prisma']) assert.ok(said.includes(`${path} is there: kept`));
    assert.ok(!('docker-compose.yml' in files));
    assert.equal(files['src/app.module.ts'], nestApplication()['src/app.module.ts']);
    assert.ok(said.some((line) => /an AuthModule of yours: kept/.test(line)));
  });

  test('is ignored by git already, unless that is taken back', () => {
    const ignoring = nestApplication({ '.gitignore': '.env\n*.db*\nhorizon-auth-mail/\n' });
    assert.equal(init(ignoring).files['.gitignore'], ignoring['.gitignore']);
    const taken = init(nestApplication({ '.gitignore': '.env\n!.env\n' })).files['.gitignore'];
    assert.ok(taken.trimEnd().split('\n').indexOf('/.env') > 1);
  });
});

describe('what cannot be changed safely', () => {
  test('is told, line by line', () => {
    const { files, said } = init(
      nestApplication({
        'src/app.module.ts': `import { Module } from '@nestjs/common';\nimport { modules } from './x.js';\n@Module({ imports: modules })\nexport class AppModule {}\n`,
        'src/main.ts': `import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module.js';\nNestFactory.create(AppModule).then((app) => app.listen(1));\n`,
      }),
    );
    assert.ok(said.some((line) => line.includes(`import { AuthModule } from './auth/auth.module.js'; and AuthModule among the imports`)));
    assert.ok(said.some((line) => line.includes('app.enableShutdownHooks();')));
    assert.ok('src/auth/auth.module.ts' in files);
  });

  test('is left alone if there is another AuthModule: its routes may have the same names', () => {
    const own = `import { Module } from '@nestjs/common';\nimport { AuthModule } from './modules/auth/auth.module.js';\n@Module({ imports: [AuthModule] })\nexport class AppModule {}\n`;
    const { files, said } = init(nestApplication({ 'src/app.module.ts': own }));
    assert.equal(files['src/app.module.ts'], own);
    assert.ok(!('src/auth/auth.module.ts' in files));
    assert.ok(said.some((line) => /an AuthModule of yours/.test(line)));
  });

  test('is mended if the module is there and only its import is missing', () => {
    const half = { ...whole.files, 'src/app.module.ts': nestApplication()['src/app.module.ts'] };
    assert.equal(init(half).files['src/app.module.ts'], whole.files['src/app.module.ts']);
  });
});

describe('the project', () => {
  const inMonorepo = () => {
    const files = nestApplication({
      'nest-cli.json': JSON.stringify({
        monorepo: true,
        sourceRoot: 'apps/shop/src',
        projects: { shop: { sourceRoot: 'apps/shop/src' }, api: { sourceRoot: 'apps/api/src', entryFile: 'server' } },
      }),
    });
    const { 'src/main.ts': main, 'src/app.module.ts': module, ...rest } = files;
    const api = { 'apps/api/src/server.ts': main.replaceAll('AppModule', 'ApiModule').replace('app.module', 'api/api.module') };
    api['apps/api/src/api/api.module.ts'] = module.replace('AppModule', 'ApiModule');
    return { ...rest, 'apps/shop/src/main.ts': main, 'apps/shop/src/app.module.ts': module, ...api };
  };

  test('is the default one of a monorepo', () => {
    const { files, said } = init(inMonorepo());
    assert.match(files['apps/shop/src/app.module.ts'], /AuthModule/);
    assert.ok('apps/shop/src/auth/auth.module.ts' in files);
    assert.deepEqual(said, []);
  });

  test('is another one of a monorepo, with its own entry and root module', () => {
    const { files, said } = init(inMonorepo(), { project: 'api', sourceRoot: 'apps/api/src' });
    assert.match(files['apps/api/src/api/api.module.ts'], /from '\.\.\/auth\/auth\.module\.js'/);
    assert.match(files['apps/api/src/server.ts'], /enableShutdownHooks/);
    assert.equal(files['apps/shop/src/main.ts'], inMonorepo()['apps/shop/src/main.ts']);
    assert.deepEqual(said, []);
    assert.throws(() => init(inMonorepo(), { project: 'x' }), /--project x: nest-cli\.json has shop, api/);
  });

  test('is in another folder, where everything goes', () => {
    const files = Object.fromEntries(Object.entries(nestApplication()).map(([path, text]) => [`services/api/${path}`, text]));
    const after = init(files, { path: 'services/api/' });
    assert.ok(Object.keys(after.files).every((path) => path.startsWith('services/api/')));
    assert.match(after.files['services/api/src/app.module.ts'], /'\.\/auth\/auth\.module\.js'/);
    assert.equal(after.tasks.find(({ name }) => name === 'node-package').options.workingDirectory, 'services/api');
    assert.deepEqual(init(after.files, { path: './services/api' }).files, after.files);
  });

  test('is refused if it is none, or if a folder leads out of it', () => {
    assert.throws(() => init({}), /package\.json is missing/);
    assert.throws(() => init({ 'package.json': '{}' }), /does not depend on @nestjs\/core/);
    assert.throws(() => init({ 'package.json': '{' }), /package\.json is not JSON/);
    for (const path of ['..', '/etc', 'a/../../b', 'C:\\x']) {
      assert.throws(() => init(nestApplication(), { path }), /path must be a folder within the project/);
      assert.throws(() => init(nestApplication(), { sourceRoot: path }), /source-root must be a folder within the project/);
    }
  });

  test('keeps the layout of its package.json', () => {
    const manifest = '\uFEFF{\r\n\t"name": "shop",\r\n\t"dependencies": {\r\n\t\t"@nestjs/core": "^11"\r\n\t}\r\n}';
    const { files } = init(nestApplication({ 'package.json': manifest }));
    assert.equal(files['package.json'].replace(/^\uFEFF/, ''), `{\r\n\t"name": "shop",\r\n\t"dependencies": {\r\n\t\t"@nestjs/core": "^11",\r\n\t\t"${PACKAGE}": "^${version}"\r\n\t}\r\n}`);
  });
});

test('the servers are those of the Rust generator', () => {
  const ours = readFileSync(new URL('../../schematics/init/files/docker-compose.yml.template', import.meta.url), 'utf8');
  const theirs = readFileSync(new URL('../../../../crates/server/templates/new/axum/compose.yaml', import.meta.url), 'utf8');
  assert.equal(ours, theirs);
});
