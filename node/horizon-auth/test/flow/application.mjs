// A Nest application as a process, and requests to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const STARTED = 'Nest application successfully started';

/** A built application that runs. */
export class Application {
  #child;
  #output = [];

  constructor(child, url) {
    this.#child = child;
    this.url = url;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#output.push(line));
    }
  }

  /** Starts `node dist/main` in a folder, and comes back when it listens. */
  static async start(folder, env) {
    const port = await freePort();
    const child = spawn(process.execPath, ['dist/main'], {
      cwd: folder,
      env: { ...env, PORT: String(port), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const application = new Application(child, `http://127.0.0.1:${port}`);
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise((done) => lines.on('line', (line) => line.includes(STARTED) && done(true)));
    const ended = once(child, 'close').then(() => false);
    if (!(await Promise.race([ready, ended]))) throw new Error(`the application did not start:\n${application.output()}`);
    // Nest says so before it listens.
    await application.#listening();
    return application;
  }

  async #listening() {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`the application ended:\n${this.output()}`);
      const reached = await fetch(`${this.url}/.well-known/jwks.json`).catch(() => undefined);
      if (reached) return;
      await new Promise(setImmediate);
    }
  }

  /** What it has written so far. */
  output() {
    return this.#output.join('\n');
  }

  /** Ends it as a service manager does; how it ended. */
  async stop() {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    const [code, signal] = await ended;
    return { code, signal };
  }

  /** Ends it if it still runs. */
  kill() {
    this.#child.kill('SIGKILL');
  }

  async request(method, path, { body, token, cookie } = {}) {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie, origin: this.url, 'sec-fetch-site': 'same-origin' }),
    };
    const answer = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, body: isJson ? JSON.parse(text) : text, cookie: cookies.join('; ') };
  }
}

/** A port of this machine that nobody listens on now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
