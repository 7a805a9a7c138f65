import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { placeOf } from '../dist/esm/engine/controller.js';
import { docsRoutes, isAtRoot, routesOf, ssoRoutes } from '../dist/esm/engine/routes.js';

const reference = readFileSync(new URL('../../../docs/reference/endpoints.md', import.meta.url), 'utf8');

/** The routes below a heading of the reference, which is made from the router of the engine. */
function listed(heading) {
  const section = reference.split('\n## ').find((text) => text.startsWith(heading));
  return [...section.matchAll(/^\| `([A-Z]+)` \| `([^`]+)`/gm)].map(([, method, path]) => `${method} ${path}`);
}

const written = (routes) => routes.map(({ method, path }) => `${method} ${path}`);

describe('the routes of the packages', () => {
  for (const profile of ['token', 'session', 'both']) {
    it(`are those of the engine with the profile ${profile}`, () => {
      assert.deepEqual(written(routesOf(profile)), listed(`\`http.profile = "${profile}"\``));
    });
  }

  it('are those of a server for single sign-on', () => {
    assert.deepEqual(written(ssoRoutes()), listed('Beside these, with `mode = "sso_server"`'));
  });

  it('are those of the document', () => {
    assert.deepEqual(written(docsRoutes()), listed('Beside these, in development or with `http.openapi = "on"`'));
  });

  it('stay at the root if they are found there by others', () => {
    const atRoot = written([...routesOf('both'), ...ssoRoutes(), ...docsRoutes()].filter(isAtRoot)).map((line) => line.split(' ')[1]);
    assert.deepEqual([...new Set(atRoot)], [
      '/.well-known/jwks.json',
      '/health/live',
      '/health/ready',
      '/verify-email',
      '/reset-password',
      '/confirm-email',
      '/login',
      '/openapi.json',
      '/docs',
      '/docs/start.js',
      '/docs/swagger-ui.js',
      '/docs/swagger-ui.css',
    ]);
  });
});

describe('a path', () => {
  it('is what the engine calls it, and what the application put before it', () => {
    for (const [written, path, prefix, uri] of [
      ['/auth/login', '/auth/login', '', '/auth/login'],
      ['/api/auth/login?next=/a/b', '/auth/login', '/api', '/auth/login?next=/a/b'],
      ['/api/v1/auth/sessions/a%2Fb', '/auth/sessions/{id}', '/api/v1', '/auth/sessions/a%2Fb'],
      ['/auth/login/', '/auth/login', '', '/auth/login/'],
      ['/AUTH/login', '/auth/login', '', '/AUTH/login'],
      ['/api/auth/login/?a', '/auth/login', '/api', '/auth/login/?a'],
    ]) {
      assert.deepEqual(placeOf(written, path), { prefix, uri }, written);
    }
  });
});
