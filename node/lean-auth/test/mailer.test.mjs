import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deliver, mailerIssues } from '../dist/mailer.js';

const mail = { to: 'ana@example.com', kind: 'verify_email', token: 'a token', userId: 'an id' };

class Port {
  calls = [];
  async sendVerifyEmail(...given) {
    this.calls.push(['verify', ...given]);
  }
  async sendPasswordReset(...given) {
    this.calls.push(['reset', ...given]);
  }
}

it('a mail goes to the method that is for it, with user, token and all the rest', async () => {
  const port = new Port();
  const reset = { ...mail, kind: 'reset_password', userId: undefined };
  await deliver(port, mail);
  await deliver(port, reset);
  assert.deepEqual(port.calls, [
    ['verify', { id: 'an id', email: 'ana@example.com' }, 'a token', mail],
    ['reset', { email: 'ana@example.com' }, 'a token', reset],
  ]);
});

it('every other mail goes to send', async () => {
  const sent = [];
  const port = Object.assign(new Port(), { send: async (one) => sent.push(one) });
  const notice = { to: 'ana@example.com', kind: 'password_changed' };
  await deliver(port, notice);
  assert.deepEqual(sent, [notice]);
  assert.deepEqual(port.calls, []);
});

it('without send such a mail is refused, not swallowed', async () => {
  await assert.rejects(deliver(new Port(), { ...mail, kind: 'password_changed' }), /no method send\(mail\), which password_changed needs/);
});

it('a mail whose token is missing is refused, and the error holds no address', async () => {
  await assert.rejects(deliver(new Port(), { ...mail, token: undefined }), (error) => !error.message.includes('ana'));
});

it('what fails in the mailer fails here', async () => {
  const port = new Port();
  port.sendVerifyEmail = () => {
    throw new Error('away');
  };
  await assert.rejects(deliver(port, mail), /away/);
});

it('what is no mailer is told by its missing methods', () => {
  assert.deepEqual(mailerIssues(new Port()), []);
  assert.equal(mailerIssues(undefined).length, 2);
  assert.equal(mailerIssues({ sendVerifyEmail() {} }).length, 1);
  assert.match(mailerIssues(Object.assign(new Port(), { send: 'yes' }))[0], /send\(mail\)/);
});
