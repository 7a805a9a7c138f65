import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAILED, engine, folder, identity, native } from './support.mjs';

/** Resolves with the first `count` things that are told. */
function collector(count) {
  const told = [];
  let done;
  const all = new Promise((resolve) => (done = resolve));
  // Hooks keep no process alive; an application has its server for that.
  const alive = setInterval(() => {}, 1000);
  all.then(() => clearInterval(alive));
  const tell = (text) => {
    told.push(JSON.parse(text));
    if (told.length === count) done(told);
  };
  return { tell, all };
}

test('a mail comes with its words, its kind and the token of its link', async (t) => {
  const { tell, all } = collector(1);
  const app = await engine(t, MAILED, { sendMail: async (mail) => tell(mail) });
  await app.register('Ana@example.com');
  const [mail] = await all;
  assert.deepEqual([mail.to, mail.kind, mail.tenantId], ['Ana@example.com', 'verify_email', 'default']);
  assert.equal(mail.from, '"Tests" <tests@example.com>');
  assert.ok(mail.link.includes(mail.token) && mail.html.includes('<') && mail.subject && mail.text && mail.messageId);
  await app.call('verifyEmail', { token: mail.token });
  assert.equal((await app.call('findUser', { email: 'ana@example.com' })).emailVerified, true);
});

const failures = {
  rejects: () => Promise.reject(new Error('no')),
  throws: () => {
    throw new Error('no');
  },
  'returns no promise': () => 'sent',
  'rejects with nothing': () => Promise.reject(),
};
for (const [how, fail] of Object.entries(failures)) {
  test(`a mailer that ${how} is asked again with the same mail`, async (t) => {
    const { tell, all } = collector(2);
    let calls = 0;
    const app = await engine(t, MAILED, {
      sendMail: (mail) => {
        tell(mail);
        return (calls += 1) === 1 ? fail() : Promise.resolve();
      },
    });
    await app.register('ana@example.com');
    const [first, second] = await all;
    assert.equal(first.messageId, second.messageId);
  });
}

test('a mailer that hangs is given up after mail.timeout', async (t) => {
  const { tell, all } = collector(2);
  let calls = 0;
  const options = { ...MAILED, mail: { timeout: '1s' } };
  const app = await engine(t, options, {
    sendMail: (mail) => {
      tell(mail);
      return (calls += 1) === 1 ? new Promise(() => {}) : Promise.resolve();
    },
  });
  await app.register('ana@example.com');
  const [first, second] = await all;
  assert.equal(first.messageId, second.messageId);
});

test('events are told in order, without addresses, and all of them before the end', async () => {
  const told = [];
  const opened = await native.Engine.open('{}', folder(), { onEvent: (event) => told.push(JSON.parse(event)) });
  const args = JSON.stringify({ email: 'ana@example.com', password: 'correct horse battery staple' });
  await opened.call('register', args);
  await opened.call('login', args);
  await opened.close();
  assert.deepEqual(told.map((event) => event.event), ['registered', 'login_succeeded']);
  assert.ok(!JSON.stringify(told).includes('ana'));
  assert.ok(told.every((event) => event.timestamp && event.userId && event.requestId && event.level === 'info'));
});

test('a function for events that throws harms nobody', async (t) => {
  const app = await engine(t, {}, {
    onEvent: () => {
      throw new Error('no');
    },
  });
  const token = await app.register('ana@example.com');
  assert.ok(identity(app.admit(token)).sub);
});
