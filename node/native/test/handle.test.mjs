import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, code, engine, head, identity, native, pairs } from './support.mjs';

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
  assert.equal(code(app.admit(accessToken)), 'token_revoked');
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
    ['GET', '/', ['name', 'a\nx-forwarded-for\n192.0.2.9']],
    ['GET', '/', ['na\nme', 'a', 'b']],
    ['GET', '/', ['name', '\n']],
    ['GET', '/', ['name', '\u{1F600}']],
    ['GET', '/', ['name']],
  ];
  for (const [method, uri, headers] of odd) {
    const answer = await app.send(method, uri, { headers });
    assert.deepEqual([answer.status, answer.json().code], [400, 'invalid_header'], JSON.stringify([method, uri, headers]));
    assert.equal(code(app.engine.admit(method, uri, ...head(headers), null, null)), 'invalid_header');
  }
  const latin = await app.send('GET', '/health/live', { headers: ['x-name', 'Grüße'] });
  assert.equal(latin.status, 200);
});

test('a body that is too large is refused, and one that is no JSON', async (t) => {
  const app = await engine(t);
  const large = await app.send('POST', '/auth/login', { body: { email: 'a'.repeat(20_000), password: 'x' } });
  assert.equal(large.status, 413);
  const broken = await app.engine.handle('POST', '/auth/login', ...head(['content-type', 'application/json']), Buffer.from('{'), null, null);
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
  assert.equal(identity(app.admit(token, { tenant: 'default' })).tenantId, 'default');
  assert.equal(code(await app.admit(token, { tenant: 'acme' })), 'tenant_mismatch');
  assert.equal(code(app.admit(token, { tenant: 'no name!' })), 'tenant_invalid');
  const fixed = await engine(t);
  assert.ok(identity(fixed.admit(await fixed.register('ana@example.com'), { tenant: 'acme' })).sub);
});

test('a refusal can be had for every code and for no other, with the headers that belong to it', async (t) => {
  const app = await engine(t);
  const problem = app.engine.problem('malformed_json', '/mine?secret=1');
  assert.deepEqual([problem.status, JSON.parse(problem.body).path], [400, '/mine']);
  // Everything else is said by the application, whose route it is.
  assert.deepEqual(Object.keys(pairs(problem.headers)).sort(), ['content-type']);
  const { headers } = app.engine.problem('token_missing', '/mine');
  assert.ok(pairs(headers)['www-authenticate']);
  assert.throws(() => app.engine.problem('made_up', '/'), /no such code/);
  assert.equal(native.version(), '0.1.0');
});

test('an answer can be had for every code and for no other, as the router gives it', async (t) => {
  const app = await engine(t);
  const answer = app.engine.answer('malformed_json', '/auth/login?secret=1');
  assert.deepEqual([answer.status, JSON.parse(answer.body).path], [400, '/auth/login']);
  const routed = await app.send('POST', '/auth/login', { headers: ['content-type', 'application/json'] });
  const headers = pairs(answer.headers);
  const own = Object.keys(routed.headers).filter((name) => name !== 'content-length');
  assert.deepEqual(Object.keys(headers).sort(), own.sort());
  assert.equal(headers['x-request-id'][0], JSON.parse(answer.body).requestId);
  assert.throws(() => app.engine.answer('made_up', '/'), /no such code/);
});

test('header lines without a value, and none at all, are what they are', async (t) => {
  const app = await engine(t);
  for (const headers of [[], ['x-empty', ''], ['x-empty', '', 'x-other', '']]) {
    assert.equal((await app.send('GET', '/health/live', { headers })).status, 200);
  }
  for (const [joined, lines] of [['', 2], ['x-name\na', 0], ['x-name\na', 4], ['x-name\na', 1]]) {
    assert.equal(code(await app.engine.admit('GET', '/', joined, lines, null, null)), 'invalid_header');
  }
});
