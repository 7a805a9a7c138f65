import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PASSWORD, code, engine, head, identity, native, pairs } from './support.mjs';

const ana = { email: 'ana@example.com', password: PASSWORD };
const refused = (word) => (error) => error.problem?.code === word;

test('accounts and sessions by calls', async (t) => {
  const app = await engine(t);
  const { user, accessToken, refreshToken } = await app.call('register', { ...ana, fullName: 'Ana' });
  assert.deepEqual([user.email, user.fullName, user.roles], [ana.email, 'Ana', ['user']]);
  assert.equal((await app.call('login', ana)).user.id, user.id);
  assert.equal((await app.call('listSessions', { userId: user.id })).length, 2);
  const next = await app.call('rotateRefreshToken', { refreshToken });
  assert.equal(next.user.id, user.id);
  assert.equal((await app.call('listUsers')).length, 1);
  const { sid } = identity(app.admit(accessToken));
  await app.call('revokeSession', { userId: user.id, sessionId: sid });
  assert.equal(code(app.admit(accessToken)), 'token_revoked');
  assert.equal(await app.call('logout', { userId: user.id }), 1);
  await assert.rejects(app.call('login', { ...ana, password: 'wrong password' }), refused('invalid_credentials'));
  await assert.rejects(app.call('register', { email: 'x' }), refused('invalid_input'));
});

test('a token without a session dies with all tokens of the user, by its id, and with its roles', async (t) => {
  const app = await engine(t);
  const { user } = await app.call('register', ana);
  const fresh = () => app.call('generateAccessToken', { sub: user.id });
  const first = await fresh();
  const admitted = identity(app.admit(first));
  assert.equal(admitted.email, ana.email);
  assert.equal(await app.call('isBlacklisted', { tokenId: admitted.jti }), false);
  await app.call('blacklistToken', { tokenId: admitted.jti, expiresAt: admitted.exp * 1000 });
  assert.equal(await app.call('isBlacklisted', { tokenId: admitted.jti }), true);
  assert.equal(code(app.admit(first)), 'token_revoked');
  const second = await fresh();
  assert.ok(identity(app.admit(second)).sub);
  await app.call('revokeAllTokens', { userId: user.id });
  assert.equal(code(app.admit(second)), 'token_revoked');
  await assert.rejects(app.call('generateAccessToken', { sub: user.id, roles: ['admin'] }), refused('unknown_role'));
  await assert.rejects(app.call('generateAccessToken', { sub: crypto.randomUUID() }), refused('not_found'));
  await assert.rejects(app.call('blacklistToken', { tokenId: 'x' }), refused('invalid_input'));
});

test('a session begins for somebody whom the application vouches for', async (t) => {
  const app = await engine(t);
  const { user } = await app.call('register', ana);
  const refreshToken = await app.call('generateRefreshToken', { userId: user.id });
  const { accessToken } = await app.call('refresh', { refreshToken });
  assert.equal(identity(app.admit(accessToken)).sub, user.id);
});

test('a session with a cookie begins for somebody whom the application vouches for', async (t) => {
  const app = await engine(t, { http: { profile: 'session' }, hashing: { pepper: `1:${Buffer.alloc(32, 7).toString('base64')}` } });
  const { id } = (await app.send('POST', '/auth/register', { body: ana })).json();
  const session = await app.call('createSession', { userId: id, ip: '192.0.2.9', userAgent: 'Firefox' });
  const [cookie, csrf] = session.setCookie.map((line) => line.split(';')[0]);
  const lines = ['cookie', `${cookie}; ${csrf}`, 'x-csrf-token', csrf.slice('csrf='.length)];
  const admitted = identity(await app.engine.admit('POST', '/mine', ...head(lines), null, null));
  assert.deepEqual([admitted.sub, admitted.sid, admitted.kind], [id, session.id, 'session']);
  const [listed, other] = await app.call('listSessions', { userId: id });
  assert.deepEqual([listed.id, listed.userAgent, listed.expiresAt <= session.expiresAt], [session.id, 'Firefox', true]);
  assert.match(listed.ipHash, /^[0-9a-f]{64}$/);
  assert.notEqual(listed.ipHash, other.ipHash);
  await assert.rejects(app.call('createSession', { userId: crypto.randomUUID() }), refused('not_found'));
});

test('the cookie of such a session is the same as that of a log-in', async (t) => {
  const app = await engine(t, { http: { profile: 'session' } });
  const opened = await app.send('POST', '/auth/register', { body: ana });
  const session = await app.call('createSession', { userId: opened.json().id });
  const shape = (lines) => lines.map((line) => line.replace(/=[^;]+/, ''));
  assert.deepEqual(shape(session.setCookie), shape(opened.headers['set-cookie']));
});

test('without the session profile no session has a cookie', async (t) => {
  const app = await engine(t);
  const { user } = await app.call('register', ana);
  await assert.rejects(app.call('createSession', { userId: user.id }), refused('not_found'));
  assert.equal((await app.call('listSessions', { userId: user.id })).length, 1);
});

test('passwords are hashed, checked and carried over', async (t) => {
  const app = await engine(t, { security: { bcryptMigration: true } });
  const hash = await app.call('hashPassword', { password: PASSWORD });
  assert.match(hash, /^\$argon2id\$/);
  assert.equal(await app.call('verifyPassword', { password: PASSWORD, hash }), true);
  assert.equal(await app.call('verifyPassword', { password: 'another', hash }), false);
  assert.equal(await app.call('isBcryptHash', { hash }), false);
  assert.equal(await app.call('isBcryptHash', { hash: '$2b$10$abcdefghijklmnopqrstuuN9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p' }), true);
  const { user } = await app.call('register', ana);
  const kept = await app.call('verifyAndMigrate', { password: PASSWORD, hash, userId: user.id });
  assert.deepEqual(kept, { valid: true, migrated: false });
});

test('the health of each part', async (t) => {
  const app = await engine(t);
  const health = await app.call('health');
  assert.equal(health.database.status, 'healthy');
  assert.equal(health.redis.status, 'disabled');
});

test('hits of the application are counted by its rule and key', async (t) => {
  const app = await engine(t);
  const hit = (rule, key) => app.engine.limit(rule, key, 1, 60, '/search?q=1');
  assert.equal(await hit('search', 'ana'), null);
  const problem = await hit('search', 'ana');
  assert.deepEqual([problem.status, code(problem)], [429, 'rate_limited']);
  assert.ok(pairs(problem.headers)['retry-after']);
  assert.equal(await hit('search', 'bob'), null);
  assert.equal(await hit('export', 'ana'), null);
  assert.throws(() => app.engine.limit('search', 'ana', 0, 60, '/'));
});

test('unknown calls and arguments that are no object are mistakes of the caller', async (t) => {
  const app = await engine(t);
  await assert.rejects(app.engine.call('nothing', '{}'), /no call of that name/);
  await assert.rejects(app.engine.call('health', '['), /not an object/);
});

test('the declarations say what the addon gives', () => {
  const text = readFileSync(new URL('../index.d.cts', import.meta.url), 'utf8');
  const functions = [...text.matchAll(/declare function (\w+)\(/g)].map((match) => match[1]);
  assert.deepEqual(Object.keys(native).sort(), [...functions, 'Engine'].sort());
  const body = text.slice(text.indexOf('class Engine'));
  const methods = [...body.slice(0, body.indexOf('\n}')).matchAll(/^ {2}(static )?(\w+)\(/gm)];
  const own = (is) => methods.filter((match) => Boolean(match[1]) === is).map((match) => match[2]);
  // `failNext` is for tests, in debug builds only.
  const beside = ['constructor', 'failNext'];
  const given = Object.getOwnPropertyNames(native.Engine.prototype).filter((name) => !beside.includes(name));
  assert.deepEqual(given.sort(), own(false).sort());
  assert.deepEqual(own(true), ['open']);
  assert.ok(native.calls().includes('register'));
});
