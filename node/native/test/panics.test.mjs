// With a debug build of the addon, whose `failNext` makes the next method panic.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, engine } from './support.mjs';

const METHODS = {
  handle: (engine) => engine.handle('GET', '/health/live', '', 0, null, null, null),
  admit: (engine, token) => engine.admit('GET', '/mine', `authorization\nBearer ${token}`, 2, null, null),
  verifyAccessToken: (engine, token) => engine.verifyAccessToken(token, null),
  limit: (engine) => engine.limit('search', 'ana', 9, 60, '/'),
  call: (engine) => engine.call('health', '{}'),
};
const SYNCHRONOUS = {
  expectOwnPage: (engine) => engine.expectOwnPage('POST', '/mine', '', 0, null, null),
  verifyAccessTokenSync: (engine, token) => engine.verifyAccessTokenSync(token),
};

for (const moment of ['call', 'work']) {
  test(`a panic is an error of the method that panics, and of no other: ${moment}`, async (t) => {
    const app = await engine(t);
    const token = await app.register('ana@example.com');
    const methods = moment === 'call' ? { ...METHODS, ...SYNCHRONOUS } : METHODS;
    for (const [name, method] of Object.entries(methods)) {
      app.engine.failNext(moment);
      await assert.rejects(async () => method(app.engine, token), Error, name);
      const after = await method(app.engine, token);
      assert.ok((after?.status ?? 200) < 400, `${name} works again`);
    }
    assert.equal((await app.send('POST', '/auth/login', { body: { email: 'ana@example.com', password: PASSWORD } })).status, 200);
  });
}

test('an engine whose method panicked can be closed', async (t) => {
  const app = await engine(t);
  for (const moment of ['call', 'work']) {
    app.engine.failNext(moment);
    await assert.rejects(async () => app.engine.call('health', '{}'));
  }
  await app.engine.close();
});
