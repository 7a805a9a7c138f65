import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { admitIn } from '../dist/esm/engine/admission.js';

const identity = { sub: 'ana', tenantId: 'default', roles: [], kind: 'token' };
/** A promise that is no `Promise` here, as tests within Jest see those of an addon. */
const { Promise: Foreign } = runInNewContext('({ Promise })');

function contextOf(request) {
  return { getType: () => 'http', switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}) }) };
}

describe('whoever is admitted later', () => {
  const request = () => ({ method: 'GET', url: '/', headers: {}, user: 'somebody before', tenantId: 'another' });

  for (const [whose, Kind] of [['here', Promise], ['of another realm', Foreign]]) {
    it(`is nobody until then (a promise ${whose})`, async () => {
      const sent = request();
      const admitted = admitIn(contextOf(sent), { admit: () => new Kind((done) => done(identity)) });
      assert.equal(sent.user, undefined);
      assert.equal(sent.tenantId, undefined);
      assert.equal(await admitted, identity);
      assert.equal(sent.user, identity);
      assert.equal(sent.tenantId, 'default');
    });

    it(`and is refused then is nobody (a promise ${whose})`, async () => {
      const sent = request();
      const refused = admitIn(contextOf(sent), { admit: () => new Kind((_, failed) => failed(new Error('refused'))) });
      await assert.rejects(refused, /refused/);
      assert.equal(sent.user, undefined);
    });
  }
});
