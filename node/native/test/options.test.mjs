import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAILED, code, folder, head, native } from './support.mjs';

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

test('what matters to a front end is told as the settings have it, with their defaults', async (t) => {
  const opened = async (options) => {
    const engine = await native.Engine.open(JSON.stringify(options), folder(), {});
    t.after(() => engine.close());
    return engine.facts();
  };
  const facts = await opened({});
  assert.deepEqual(facts, { mode: 'embedded', servesDocuments: true, maxBodyBytes: 16_384, bodyTimeoutMs: 10_000 });
  const http = { maxBody: '2KiB', body_timeout: '2s', openapi: 'off' };
  const set = await opened({ http });
  assert.deepEqual(set, { mode: 'embedded', servesDocuments: false, maxBodyBytes: 2048, bodyTimeoutMs: 2000 });
});

test('with ssoMode there is a verifier and no engine', async (t) => {
  const sso = { authUrl: 'http://localhost:9', revocation: 'introspection', clientId: 'shop', clientSecret: 'x'.repeat(40) };
  const verifier = await native.Engine.open(JSON.stringify({ ssoMode: true, sso }), folder(), {});
  t.after(() => verifier.close());
  assert.equal(verifier.facts().mode, 'sso_client');
  await assert.rejects(verifier.call('login', '{}'), /ssoMode/);
  assert.equal(await verifier.limit('a', 'b', 1, 1, '/'), null);
  assert.equal(code(await verifier.limit('a', 'b', 1, 1, '/')), 'rate_limited');
  const problem = await verifier.admit('GET', '/mine', ...head(['authorization', 'Bearer a.b.c']), null, null);
  assert.ok([401, 503].includes(problem.status));
  assert.equal((await verifier.handle('GET', '/auth/profile', '', 0, null, null, null)).status, 404);
});
