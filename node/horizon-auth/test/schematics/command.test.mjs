// `npx horizon-auth`, run in folders.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { inFolder, nestApplication } from './project.mjs';

const require = createRequire(import.meta.url);
const { FolderTree } = require('../../bin/folder-tree.cjs');
const program = fileURLToPath(new URL('../../bin/horizon-auth.cjs', import.meta.url));

const horizonAuth = (cwd, ...args) =>
  new Promise((done) => {
    execFile(process.execPath, [program, ...args], { cwd, env: { ...process.env, DEBUG: '', DATABASE_URL: '', DATABASE_URL_FILE: '' } }, (error, stdout, stderr) =>
      done({ status: error ? error.code : 0, stdout, stderr }),
    );
  });

describe('horizon-auth init', () => {
  test('writes the plan that --dry-run shows, which writes nothing', () =>
    inFolder(nestApplication(), async (folder) => {
      const before = readdirSync(folder, { recursive: true }).sort();
      const shown = await horizonAuth(folder, 'init', '--skip-install', '--dry-run');
      assert.equal(shown.status, 0);
      assert.match(shown.stdout, /^UPDATE \.gitignore\nCREATE \.env\n/);
      assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), before);

      const done = await horizonAuth(folder, 'init', '--skip-install');
      assert.equal(done.status, 0);
      const plan = (text) => text.split('\n').filter((line) => /^(CREATE|UPDATE) /.test(line));
      assert.deepEqual(plan(done.stdout), plan(shown.stdout));
      for (const line of plan(done.stdout)) assert.ok(existsSync(join(folder, line.split(' ')[1])), line);

      const again = await horizonAuth(folder, 'init');
      assert.equal(again.stdout, 'Nothing to do.\n');
    }));

  test('closes the file with secrets, and leaves the rights of the others', () =>
    inFolder(nestApplication({ '.env': 'JWT_PRIVATE_KEY=mine\n' }), async (folder) => {
      chmodSync(join(folder, 'src/main.ts'), 0o664);
      await horizonAuth(folder, 'init', '--skip-install');
      assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600);
      assert.equal(statSync(join(folder, 'src/main.ts')).mode & 0o777, 0o664);
      assert.ok(!readdirSync(folder).some((name) => name.endsWith('.tmp')));
    }));

  test('prints no secret', () =>
    inFolder(nestApplication(), async (folder) => {
      const { stdout, stderr } = await horizonAuth(folder, 'init', '--skip-install', '--database-url', 'postgres://u:hush@db/x');
      assert.doesNotMatch(stdout + stderr, /hush|BEGIN/);
      assert.match(readFileSync(join(folder, '.env'), 'utf8'), /^DATABASE_URL='postgres:\/\/u:hush@db\/x'$/m);
    }));

  test('writes nothing where a link leads', () =>
    inFolder({ ...nestApplication(), 'elsewhere/.env': '' }, async (folder) => {
      symlinkSync('elsewhere/.env', join(folder, '.env'));
      const { status, stderr } = await horizonAuth(folder, 'init', '--skip-install');
      assert.equal(status, 1);
      assert.equal(stderr, 'horizon-auth: .env is a symbolic link: refused\n');
      assert.equal(readFileSync(join(folder, 'elsewhere/.env'), 'utf8'), '');
      assert.ok(!existsSync(join(folder, 'docker-compose.yml')));
    }));

  test('says what is wrong in one line', () =>
    inFolder({}, async (folder) => {
      const cases = [
        [['init'], 1, /^horizon-auth: package\.json is missing: .*--path\n$/],
        [['init', '--nonsense'], 2, /^horizon-auth: Unknown option '--nonsense'.*\n$/],
        [['nonsense'], 2, /^horizon-auth: no command "nonsense": there are init, .*\n$/],
        [['constructor'], 2, /^horizon-auth: no command "constructor"/],
        [[], 2, /Usage: horizon-auth COMMAND/],
      ];
      for (const [args, status, message] of cases) {
        const result = await horizonAuth(folder, ...args);
        assert.equal(result.status, status, args.join(' '));
        assert.match(result.stderr, message);
        assert.equal(result.stdout, '');
      }
    }));
});

describe('a folder as a tree', () => {
  test('takes back what was written if something fails', () =>
    inFolder({ 'a.txt': 'a' }, (folder) => {
      const tree = new FolderTree(folder);
      tree.overwrite('a.txt', 'changed');
      tree.create('new/b.txt', 'b');
      tree.create('c/d.txt', 'd');
      writeFileSync(join(folder, 'c'), 'in the way');
      assert.throws(() => tree.commit(), /Nothing was changed/);
      assert.deepEqual(readdirSync(folder, { recursive: true }).sort(), ['a.txt', 'c']);
      assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'a');
    }));

  test('keeps what somebody else wrote meanwhile', () =>
    inFolder({ 'a.txt': 'a' }, (folder) => {
      const tree = new FolderTree(folder);
      tree.overwrite('a.txt', 'changed');
      tree.create('b.txt', 'b');
      writeFileSync(join(folder, 'a.txt'), 'theirs');
      assert.throws(() => tree.commit(), /a\.txt was changed by somebody else/);
      assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'theirs');
      assert.ok(!existsSync(join(folder, 'b.txt')));
    }));

  test('creates no file where a folder is', () =>
    inFolder({}, (folder) => {
      mkdirSync(join(folder, 'a'));
      assert.throws(() => new FolderTree(folder).create('a', ''), /a is there already/);
    }));
});

describe('horizon-auth migrate', () => {
  test('says what is missing or wrong before it touches anything', () =>
    inFolder({}, async (folder) => {
      const message = async (...args) => (await horizonAuth(folder, 'migrate', ...args)).stderr;
      assert.match(await message(), /DATABASE_URL is not set/);
      assert.match(await message('undo'), /migrate undo: there are plan, apply, status, verify/);
      assert.match(await message('apply', '--sql'), /--sql goes with migrate plan/);
    }));
});
