'use strict';
// Whether an addon works on this machine: it loads, has our version, and an account can be made and used.
//
//   node npm/smoke.cjs horizon-auth.PLATFORM.node

const assert = require('node:assert/strict');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, resolve } = require('node:path');

const { version } = require('../package.json');

const addon = require(resolve(process.argv[2]));
const HEADERS = ['host', 'localhost', 'content-type', 'application/json'];
const body = Buffer.from(JSON.stringify({ email: 'ana@example.com', password: 'correct horse battery staple' }));

async function main() {
  assert.equal(addon.version(), version);
  const folder = mkdtempSync(join(tmpdir(), 'horizon-auth-smoke-'));
  try {
    const engine = await addon.Engine.open(JSON.stringify({ database: { url: 'sqlite:smoke.db' } }), folder, {});
    const post = (path) => engine.handle('POST', path, HEADERS, body, '127.0.0.1', null);
    assert.equal((await post('/auth/register')).status, 201);
    const login = await post('/auth/login');
    assert.equal(login.status, 200);
    const { accessToken } = JSON.parse(login.body.toString());
    assert.equal((await engine.verifyAccessToken(accessToken, null)).identity.email, 'ana@example.com');
    await engine.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  () => console.log(`horizon-auth ${version} works here (${process.platform} ${process.arch}, node ${process.versions.node})`),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
