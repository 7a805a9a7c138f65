import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, code, engine } from './support.mjs';

test('a good token is admitted at once, with what it says', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const { identity, problem } = app.admit(token);
  assert.equal(problem, undefined);
  assert.equal(identity.email, 'ana@example.com');
  assert.deepEqual([identity.kind, identity.tenantId, identity.roles], ['token', 'default', ['user']]);
  assert.deepEqual([identity.iss, identity.aud, identity.exp - identity.iat], ['horizon-auth', 'horizon-api', 900]);
  assert.deepEqual(app.engine.verifyAccessToken(token, null).identity, identity);
  assert.deepEqual(app.engine.verifyAccessTokenSync(token).identity, identity);
});

test('bad and missing tokens are refused at once, in the words of the engine', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const missing = app.admit(undefined, { uri: '/mine?x=1' }).problem;
  assert.deepEqual([missing.status, code(missing), JSON.parse(missing.body).path], [401, 'token_missing', '/mine']);
  assert.ok(missing.headers.includes('www-authenticate'));
  for (const bad of ['x', 'a.b.c', `${token}x`]) {
    assert.equal(code((await app.admit(bad)).problem), 'token_invalid');
    assert.equal(code((await app.engine.verifyAccessToken(bad, null)).problem), 'token_invalid');
    assert.equal(code(app.engine.verifyAccessTokenSync(bad).problem), 'token_invalid');
  }
  const other = app.engine.verifyAccessToken(token, 'acme');
  assert.equal(code(other.problem), 'tenant_mismatch');
});

test('a revoked token is refused, but by its signature alone it passes', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const { sub } = app.admit(token).identity;
  await app.call('revokeAllTokens', { userId: sub });
  assert.equal(code(app.admit(token).problem), 'token_revoked');
  assert.equal(code(app.engine.verifyAccessToken(token, null).problem), 'token_revoked');
  assert.equal(app.engine.verifyAccessTokenSync(token).identity.sub, sub);
});

test('a session cookie is admitted, in an unsafe request only with its token', async (t) => {
  const app = await engine(t, { http: { profile: 'session' } });
  const opened = await app.send('POST', '/auth/register', { body: { email: 'ana@example.com', password: PASSWORD } });
  assert.equal(opened.status, 201);
  const cookies = opened.headers['set-cookie'].map((line) => line.split(';')[0]);
  const cookie = ['cookie', cookies.join('; ')];
  const csrf = cookies.find((pair) => pair.startsWith('csrf=')).slice('csrf='.length);
  const read = await app.engine.admit('GET', '/mine', cookie, null, null);
  assert.deepEqual([read.identity.kind, read.identity.jti], ['session', undefined]);
  assert.equal(code((await app.engine.admit('POST', '/mine', cookie, null, null)).problem), 'csrf_missing');
  const sure = await app.engine.admit('POST', '/mine', [...cookie, 'x-csrf-token', csrf], null, null);
  assert.equal(sure.identity.email, 'ana@example.com');
});
