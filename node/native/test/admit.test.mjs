import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, code, engine, head, identity, pairs } from './support.mjs';

test('a good token is admitted at once, with what it says', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const ana = identity(app.admit(token));
  assert.equal(ana.email, 'ana@example.com');
  assert.deepEqual([ana.kind, ana.tenantId, ana.roles], ['token', 'default', ['user']]);
  assert.deepEqual([ana.iss, ana.aud, ana.exp - ana.iat], ['horizon-auth', 'horizon-api', 900]);
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  assert.deepEqual([ana.sub, ana.sid, ana.jti, ana.iat], [claims.sub, claims.sid, claims.jti, claims.iat]);
  assert.equal(Object.keys(ana).length, 11);
  assert.deepEqual(identity(app.engine.verifyAccessToken(token, null)), ana);
  assert.deepEqual(identity(app.engine.verifyAccessTokenSync(token)), ana);
});

test('bad and missing tokens are refused at once, in the words of the engine', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const missing = app.admit(undefined, { uri: '/mine?x=1' });
  assert.deepEqual([missing.status, code(missing), JSON.parse(missing.body).path], [401, 'token_missing', '/mine']);
  assert.ok(pairs(missing.headers)['www-authenticate']);
  for (const bad of ['x', 'a.b.c', `${token}x`]) {
    assert.equal(code(await app.admit(bad)), 'token_invalid');
    assert.equal(code(await app.engine.verifyAccessToken(bad, null)), 'token_invalid');
    assert.equal(code(app.engine.verifyAccessTokenSync(bad)), 'token_invalid');
  }
  const other = app.engine.verifyAccessToken(token, 'acme');
  assert.equal(code(other), 'tenant_mismatch');
});

test('a revoked token is refused, but by its signature alone it passes', async (t) => {
  const app = await engine(t);
  const token = await app.register('ana@example.com');
  const { sub } = identity(app.admit(token));
  await app.call('revokeAllTokens', { userId: sub });
  assert.equal(code(app.admit(token)), 'token_revoked');
  assert.equal(code(app.engine.verifyAccessToken(token, null)), 'token_revoked');
  assert.equal(identity(app.engine.verifyAccessTokenSync(token)).sub, sub);
});

test('a session cookie is admitted, in an unsafe request only with its token', async (t) => {
  const app = await engine(t, { http: { profile: 'session' } });
  const opened = await app.send('POST', '/auth/register', { body: { email: 'ana@example.com', password: PASSWORD } });
  assert.equal(opened.status, 201);
  const cookies = opened.headers['set-cookie'].map((line) => line.split(';')[0]);
  const cookie = ['cookie', cookies.join('; ')];
  const admit = (method, lines) => app.engine.admit(method, '/mine', ...head(lines), null, null);
  const csrf = cookies.find((pair) => pair.startsWith('csrf=')).slice('csrf='.length);
  const read = identity(await admit('GET', cookie));
  assert.deepEqual([read.kind, Object.keys(read).length], ['session', 6]);
  assert.equal(code(await admit('POST', cookie)), 'csrf_invalid');
  const sure = identity(await admit('POST', [...cookie, 'x-csrf-token', csrf]));
  assert.equal(sure.email, 'ana@example.com');
});
