import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { PASSWORD, Client, code, engine, folder, identity, native, path } from './support.mjs';

const run = promisify(execFile);

test('close lets requests finish that came before it, and refuses those after it', async () => {
  const app = new Client(await native.Engine.open('{}', folder(), {}));
  const body = { email: 'ana@example.com', password: PASSWORD };
  const before = app.send('POST', '/auth/register', { body });
  const closing = app.engine.close();
  const after = app.send('POST', '/auth/login', { body });
  assert.equal((await before).status, 201);
  await closing;
  await app.engine.close();
  const refused = await after;
  assert.deepEqual([refused.status, refused.json().code], [503, 'unavailable']);
  assert.ok(refused.headers['retry-after']);
  assert.equal(code(app.admit('x')), 'unavailable');
  assert.equal(code(app.engine.verifyAccessTokenSync('x')), 'unavailable');
  await assert.rejects(app.call('login', body), (error) => error.problem.code === 'unavailable');
});

test('two engines in one process know nothing of each other', async (t) => {
  const [one, other] = [await engine(t), await engine(t)];
  const token = await one.register('ana@example.com');
  assert.ok(identity(one.admit(token)).sub);
  assert.equal(code(await other.admit(token)), 'token_invalid');
});

test('one database is served by one process, and the second is told', async (t) => {
  const place = folder();
  const first = await native.Engine.open('{}', place, {});
  t.after(() => first.close());
  await assert.rejects(native.Engine.open('{}', place, {}), /database/);
});

test('a process ends by itself although nobody closed the engine', async () => {
  const script = `
    const { Engine } = require(process.argv[1]);
    Engine.open('{}', process.argv[2], { sendMail: async () => {}, onEvent: () => {} })
      .catch(() => Engine.open('{}', process.argv[2], { onEvent: () => {} }))
      .then(() => console.log('open'));`;
  const { stdout } = await run(process.execPath, ['-e', script, path, folder()], { timeout: 60_000 });
  assert.equal(stdout, 'open\n');
});

test('worker threads have engines of their own, and may end in the middle', async (t) => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { Engine } = require(workerData.path);
    Engine.open('{}', workerData.folder, { onEvent: () => {} }).then(async (engine) => {
      const args = JSON.stringify({ email: 'ana@example.com', password: '${PASSWORD}' });
      const { value } = JSON.parse(await engine.call('register', args));
      parentPort.postMessage(JSON.parse(engine.verifyAccessToken(value.accessToken, null)).email);
      if (workerData.leaves) process.exit(); // with a call under way
      engine.call('login', args).then(() => engine.close());
    });`;
  const begin = (leaves) => {
    const worker = new Worker(source, { eval: true, workerData: { path, folder: folder(), leaves } });
    const said = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    return Promise.all([said, new Promise((resolve) => worker.once('exit', resolve))]);
  };
  const ended = await Promise.all([begin(false), begin(true)]);
  assert.deepEqual(ended.map(([said]) => said), ['ana@example.com', 'ana@example.com']);
  const here = await engine(t);
  assert.ok(identity(here.admit(await here.register('ana@example.com'))).sub);
});
