// What the tests of the addon share. NAPI_RS_NATIVE_LIBRARY_PATH names the built library; run them with `node --test`.
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const path = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
if (!path) throw new Error('NAPI_RS_NATIVE_LIBRARY_PATH must name the built addon');
export const native = createRequire(import.meta.url)(path);

export const PASSWORD = 'correct horse battery staple';
export const MAILED = { email: { provider: 'custom', from: 'Tests <tests@example.com>' } };

/** A folder that is gone after the tests: hooks run in the order in which they were made, and engines end last. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'horizon-native-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  return made;
}
process.setMaxListeners(100);

/** An engine that is closed after the test, with what tests do with it. */
export async function engine(t, options = {}, hooks = {}) {
  const opened = await native.Engine.open(JSON.stringify(options), folder(), hooks);
  t.after(() => opened.close());
  return new Client(opened);
}

export class Client {
  constructor(engine) {
    this.engine = engine;
  }

  async send(method, uri, { headers = [], body, ip = '192.0.2.1', tenant = null } = {}) {
    const sent = body === undefined ? null : Buffer.from(JSON.stringify(body));
    const lines = body === undefined ? headers : ['content-type', 'application/json', ...headers];
    const answer = await this.engine.handle(method, uri, ...head(lines), sent, ip, tenant);
    const text = answer.body.toString();
    return { status: answer.status, headers: pairs(answer.headers), text, json: () => JSON.parse(text) };
  }

  async register(email, extra = {}) {
    const answer = await this.send('POST', '/auth/register', { body: { email, password: PASSWORD }, ...extra });
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.json().accessToken;
  }

  /** The value of a call; its problem as an error. */
  async call(name, args = {}) {
    const answer = JSON.parse(await this.engine.call(name, JSON.stringify(args)));
    if (answer.problem) throw Object.assign(new Error(name), { problem: JSON.parse(answer.problem.body) });
    return answer.value;
  }

  admit(token, { method = 'GET', uri = '/mine', tenant = null } = {}) {
    const headers = token === undefined ? [] : ['Authorization', `Bearer ${token}`];
    return this.engine.admit(method, uri, ...head(headers), '192.0.2.1', tenant);
  }
}

export function code(problem) {
  return JSON.parse(problem.body).code;
}

/** Header lines as the addon takes them: joined, and how many. */
export function head(lines) {
  return [lines.join('\n'), lines.length];
}

/** The identity that an outcome is. */
export function identity(outcome) {
  return JSON.parse(outcome);
}

export function pairs(joined) {
  const flat = joined.split('\n');
  const headers = {};
  for (let i = 0; i < flat.length; i += 2) (headers[flat[i]] ??= []).push(flat[i + 1]);
  return headers;
}
