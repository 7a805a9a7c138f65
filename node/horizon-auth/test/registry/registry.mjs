// A registry of npm on this machine that has our packages and no others: https://verdaccio.org
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { freePort } from '../flow/application.mjs';

const SCOPES = ['@ofeklabs', '@lean-kit'];

/** A registry that runs. */
export class Registry {
  #child;

  constructor(child, url) {
    this.#child = child;
    this.url = url;
  }

  /** Starts one that is empty in a new folder; `modules` is the folder with node_modules. */
  static async start(folder, modules) {
    mkdirSync(folder);
    const port = await freePort();
    const settings = join(folder, 'config.yaml');
    // What is JSON is YAML too.
    writeFileSync(settings, JSON.stringify(configuration(folder), null, 2));
    const program = createRequire(join(modules, 'package.json')).resolve('verdaccio/bin/verdaccio');
    const args = [program, '--config', settings, '--listen', `127.0.0.1:${port}`];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = join(folder, 'log');
    const written = createWriteStream(log);
    child.stdout.pipe(written, { end: false });
    child.stderr.pipe(written, { end: false });
    const registry = new Registry(child, `http://127.0.0.1:${port}/`);
    await registry.#listening(log);
    return registry;
  }

  get #hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #listening(log) {
    for (;;) {
      if (this.#hasEnded) throw new Error(`the registry ended:\n${readFileSync(log, 'utf8')}`);
      const answer = await fetch(`${this.url}-/ping`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise(setImmediate);
    }
  }

  /** The lines of an .npmrc with which npm asks here for our packages, and elsewhere for all others. */
  get npmrc() {
    return SCOPES.map((scope) => `${scope}:registry=${this.url}\n`).join('');
  }

  /** The line of an .npmrc by which a new account may publish. */
  async publisher() {
    const account = { name: 'publisher', password: randomBytes(16).toString('hex') };
    const { token } = await this.#request('PUT', '-/user/org.couchdb.user:publisher', account);
    return `//${new URL(this.url).host}/:_authToken=${token}\n`;
  }

  /** What the registry knows of a package. */
  async document(name) {
    return this.#request('GET', name.replace('/', '%2f'));
  }

  async #request(method, path, body) {
    const headers = { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) };
    const answer = await fetch(this.url + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async stop() {
    if (this.#hasEnded) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function configuration(folder) {
  // Whoever only looks needs no account; nothing is fetched from another registry.
  const ours = { access: '$all', publish: '$authenticated' };
  return {
    storage: join(folder, 'storage'),
    auth: { htpasswd: { file: join(folder, 'htpasswd'), algorithm: 'bcrypt', rounds: 4 } },
    packages: Object.fromEntries(SCOPES.map((scope) => [`${scope}/*`, ours])),
    web: { enable: false },
    // An addon for debugging is large, and comes as base64.
    max_body_size: '500mb',
    log: { type: 'stdout', format: 'pretty', level: 'http', colors: false },
  };
}
