// Commands, and what a person does with a new application.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify, stripVTControlCharacters } from 'node:util';

import { Application } from './application.mjs';

const ana = { email: 'ana@example.com', password: 'correct horse battery staple' };

/** What a program writes; an error with everything that it wrote if it fails. */
export async function call(program, args, cwd, env = process.env) {
  try {
    const running = promisify(execFile)(program, args, { cwd, env, maxBuffer: 1 << 24 });
    // Nobody is there to answer a question.
    running.child.stdin.end();
    const { stdout } = await running;
    return stripVTControlCharacters(stdout);
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`, { cause: error });
  }
}

/** Starts an application, uses it and ends it as a service manager does. */
export async function visit(root, use, env = process.env) {
  const running = await Application.start(root, env);
  try {
    const result = await use(running);
    assert.deepEqual(await running.stop(), { code: null, signal: 'SIGTERM' }, running.output());
    return result;
  } finally {
    running.kill();
  }
}

/** Registers, logs in and looks at the profile, of the engine's route and of the sample's. */
export async function useEverything(app) {
  assert.equal((await app.request('GET', '/')).status, 200);
  assert.equal((await app.request('POST', '/auth/register', { body: ana })).status, 201);
  const login = await app.request('POST', '/auth/login', { body: ana });
  assert.equal(login.status, 200);
  const token = login.body.accessToken;
  const profile = await app.request('GET', '/auth/profile', { token });
  assert.equal(profile.status, 200);
  assert.equal(profile.body.email, ana.email);

  assert.deepEqual((await app.request('GET', '/sample')).body, { message: 'Hello World' });
  const refused = await app.request('GET', '/sample/profile');
  assert.equal(refused.status, 401);
  assert.equal(refused.body.path, '/sample/profile');
  assert.equal((await app.request('GET', '/sample/profile', { token: 'forged' })).status, 401);
  const sample = await app.request('GET', '/sample/profile', { token });
  assert.equal(sample.status, 200);
  assert.equal(sample.body.email, ana.email);
  return { token, cookie: login.cookie };
}
