import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import { engineSettings } from '../dist/engine-settings.js';

const before = process.env.NODE_ENV;
afterEach(() => {
  if (before === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = before;
});

const given = { database: { url: 'sqlite:auth.db' }, pepper: 'a secret of the tests, which nobody else may use' };
const mailer = { given: { async sendVerifyEmail() {}, async sendPasswordReset() {} } };
const settingsOf = (more = {}) => engineSettings({ ...given, ...more }, () => {}, mailer).options;

it('production is told to the engine, and no option that is undefined takes it back', () => {
  process.env.NODE_ENV = 'production';
  assert.equal(settingsOf().environment, 'production');
  assert.equal(settingsOf({ environment: undefined }).environment, 'production');
  assert.equal(settingsOf({ environment: 'development' }).environment, 'development');
  delete process.env.NODE_ENV;
  assert.equal(settingsOf().environment, undefined);
});

it('the profile is always that of sessions, and other options of its group stay', () => {
  assert.deepEqual(settingsOf({ http: { max_body: '8KiB' } }).http, { max_body: '8KiB', profile: 'session' });
});

it('a mailer of the application is the way out for mails', () => {
  assert.equal(settingsOf().mail.transport, 'custom');
  assert.equal(engineSettings(given, () => {}).options.mail, undefined);
});

it('a listener of events stays here', () => {
  const told = [];
  const settings = engineSettings({ ...given, onEvent() {} }, (event) => told.push(event));
  assert.equal(JSON.parse(JSON.stringify(settings.options)).onEvent, undefined);
  settings.onEvent('{"event":"registered"}');
  assert.deepEqual(told, [{ event: 'registered' }]);
});
