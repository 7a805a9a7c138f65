import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAILED, code, folder, native } from './support.mjs';

test('everything that is wrong is told at once, and nothing is made', async () => {
  const place = folder();
  const options = { jwt: { accessTokenExpiry: 'soon' }, databse: { url: 'x' }, email: { provider: 'pigeon' } };
  const told = native.checkOptions(JSON.stringify(options), place);
  assert.equal(told.length, 3);
  assert.ok(told.some((line) => line.startsWith('jwt.accessTokenExpiry ')), told.join('\n'));
  await assert.rejects(native.Engine.open(JSON.stringify(options), place, {}), { message: told.join('\n') });
  assert.deepEqual(readdirSync(place), []);
});

test('files are made below the folder, whatever the working directory', async () => {
  const place = folder();
  const engine = await native.Engine.open('{}', place, {});
  await engine.close();
  assert.ok(existsSync(join(place, 'horizon-auth-data', 'auth.db')));
  assert.ok(existsSync(join(place, 'horizon-auth-data', 'auth.db.signing-key.pem')));
});

test('a sender beside another way out for mails is refused', async () => {
  const options = { email: { provider: 'resend', apiKey: 're_x', from: 'a@example.com' } };
  await assert.rejects(native.Engine.open(JSON.stringify(options), folder(), { sendMail: async () => {} }), /email\.provider/);
  await assert.rejects(native.Engine.open(JSON.stringify(MAILED), folder(), {}), /custom/);
});

test('with ssoMode there is a verifier and no engine', async (t) => {
  const sso = { authUrl: 'http://localhost:9', revocation: 'introspection', clientId: 'shop', clientSecret: 'x'.repeat(40) };
  const verifier = await native.Engine.open(JSON.stringify({ ssoMode: true, sso }), folder(), {});
  t.after(() => verifier.close());
  await assert.rejects(verifier.call('login', '{}'), /ssoMode/);
  assert.deepEqual(await verifier.limit('a', 'b', 1, 1, '/'), {});
  assert.equal(code((await verifier.limit('a', 'b', 1, 1, '/')).problem), 'rate_limited');
  const { problem } = await verifier.admit('GET', '/mine', ['authorization', 'Bearer a.b.c'], null, null);
  assert.ok([401, 503].includes(problem.status));
  assert.equal((await verifier.handle('GET', '/auth/profile', [], null, null, null)).status, 404);
});
