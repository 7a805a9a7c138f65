import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, code, engine, native } from './support.mjs';

test('people register, log in, refresh and log out through the router', async (t) => {
  const app = await engine(t);
  await app.register('ana@example.com');
  const login = await app.send('POST', '/auth/login', { body: { email: 'ana@example.com', password: PASSWORD } });
  assert.equal(login.status, 200);
  const cookie = login.headers['set-cookie'][0].split(';')[0];
  const refreshed = await app.send('POST', '/auth/refresh', { headers: ['cookie', cookie] });
  assert.equal(refreshed.status, 200);
  const { accessToken } = refreshed.json();
  const out = await app.send('POST', '/auth/logout', { headers: ['authorization', `Bearer ${accessToken}`] });
  assert.equal(out.status, 200);
  assert.equal(code(app.admit(accessToken).problem), 'token_revoked');
});

test('the key set, HEAD, and what is not found are answered as the server does', async (t) => {
  const app = await engine(t);
  const keys = await app.send('GET', '/.well-known/jwks.json');
  assert.equal(keys.json().keys[0].kty, 'RSA');
  const head = await app.send('HEAD', '/.well-known/jwks.json');
  assert.deepEqual([head.status, head.text], [200, '']);
  const missing = await app.send('GET', '/n%C3%B6?token=secret');
  assert.deepEqual([missing.status, missing.json().path], [404, '/n%C3%B6']);
  assert.equal((await app.send('PUT', '/auth/login')).json().code, 'method_not_allowed');
});

test('a request that HTTP does not know is a 400', async (t) => {
  const app = await engine(t);
  const odd = [
    ['GET', '/a b', []],
    ['GE T', '/', []],
    ['GET', '/', ['na me', 'x']],
    ['GET', '/', ['name', 'a\r\nb: c']],
    ['GET', '/', ['name', '\u{1F600}']],
    ['GET', '/', ['name']],
  ];
  for (const [method, uri, headers] of odd) {
    const answer = await app.send(method, uri, { headers });
    assert.deepEqual([answer.status, answer.json().code], [400, 'invalid_header'], JSON.stringify([method, uri, headers]));
    assert.equal(code(app.engine.admit(method, uri, headers, null, null).problem), 'invalid_header');
  }
  const latin = await app.send('GET', '/health/live', { headers: ['x-name', 'Grüße'] });
  assert.equal(latin.status, 200);
});

test('a body that is too large is refused, and one that is no JSON', async (t) => {
  const app = await engine(t);
  const large = await app.send('POST', '/auth/login', { body: { email: 'a'.repeat(20_000), password: 'x' } });
  assert.equal(large.status, 413);
  const broken = await app.engine.handle('POST', '/auth/login', ['content-type', 'application/json'], Buffer.from('{'), null, null);
  assert.equal(JSON.parse(broken.body).code, 'malformed_json');
});

test('log-ins are limited by the address that is handed over', async (t) => {
  const app = await engine(t, { rateLimit: { login: { limit: 1, ttl: 60 } } });
  const body = { email: 'nobody@example.com', password: PASSWORD };
  assert.equal((await app.send('POST', '/auth/login', { body })).status, 401);
  const limited = await app.send('POST', '/auth/login', { body });
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers['retry-after'][0]) > 0);
  assert.equal((await app.send('POST', '/auth/login', { body, ip: '192.0.2.2' })).status, 401);
});

test('a function of the application names the tenant, and only if the options say so', async (t) => {
  const multiTenant = { enabled: true, tenantIdExtractor: 'custom', customExtractor: 'custom' };
  const app = await engine(t, { multiTenant });
  const token = await app.register('ana@example.com', { tenant: null });
  assert.equal(app.admit(token, { tenant: 'default' }).identity.tenantId, 'default');
  assert.equal(code((await app.admit(token, { tenant: 'acme' })).problem), 'tenant_mismatch');
  assert.equal(code(app.admit(token, { tenant: 'no name!' }).problem), 'tenant_invalid');
  const fixed = await engine(t);
  assert.ok(fixed.admit(await fixed.register('ana@example.com'), { tenant: 'acme' }).identity);
});

test('an error body can be had for every code and for no other', async (t) => {
  const app = await engine(t);
  const problem = app.engine.problem('malformed_json', '/auth/login?secret=1');
  assert.equal(problem.status, 400);
  assert.equal(JSON.parse(problem.body).path, '/auth/login');
  const { headers } = await app.send('POST', '/auth/login', { headers: ['content-type', 'application/json'] });
  const names = problem.headers.filter((_, i) => i % 2 === 0);
  const own = Object.keys(headers).filter((name) => name !== 'content-length');
  assert.deepEqual(names.sort(), own.sort());
  assert.equal(problem.headers[problem.headers.indexOf('x-request-id') + 1], JSON.parse(problem.body).requestId);
  assert.throws(() => app.engine.problem('made_up', '/'));
  assert.equal(native.version(), '0.1.0');
});
