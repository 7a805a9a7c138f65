import 'reflect-metadata';
import { RolesGuard } from '@ofeklabs/horizon-auth';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import * as lean from '../dist/index.js';

const { RateLimit, RateLimitGuard, RequireRole, SessionGuard } = lean;

/** The guards of a handler that is decorated so. */
function guardsOf(decorate) {
  class Sample {
    handler() {}
  }
  decorate(Sample.prototype, 'handler', Object.getOwnPropertyDescriptor(Sample.prototype, 'handler'));
  return Reflect.getMetadata('__guards__', Sample.prototype.handler);
}

it('a route that asks for a role is guarded', () => {
  assert.deepEqual(guardsOf(RequireRole('admin')), [SessionGuard, RolesGuard]);
});

it('a route with a limit is guarded', () => {
  assert.deepEqual(guardsOf(RateLimit({ key: 'a', limit: 1, windowSec: 1, by: 'ip' })), [RateLimitGuard]);
});

it('a role that is none is refused where it is written', () => {
  for (const roles of [[], [''], [undefined]]) assert.throws(() => RequireRole(...roles), TypeError);
});

it('a rule that is none is refused with the field that is wrong', () => {
  const rule = { key: 'a', limit: 1, windowSec: 60, by: 'account' };
  assert.doesNotThrow(() => RateLimit(rule, { ...rule, by: 'ip' }));
  assert.throws(() => RateLimit(), /at least one rule/);
  for (const [field, values] of Object.entries({
    key: ['', undefined, 1],
    limit: [0, -1, 1.5, '1', NaN, 100_001],
    windowSec: [0, 86_401, 0.5, undefined],
    by: ['user', undefined],
  })) {
    for (const value of values) assert.throws(() => RateLimit({ ...rule, [field]: value }), new RegExp(`${field} `));
  }
});

it('both forms of the package offer the same', () => {
  const cjs = createRequire(import.meta.url)('@lean-kit/auth');
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(lean).sort());
  for (const token of ['AUTH_CONFIG', 'AUTH_MAILER', 'AUTH_PRISMA', 'AUTH_REDIS']) assert.equal(cjs[token], lean[token]);
});
