// A process with server.ts in it.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Delays of an event loop, in milliseconds; a millisecond of each is the pause between two looks. */
export interface Delays {
  p50: number;
  p99: number;
  max: number;
}

/** Both platforms of Nest. */
export const PLATFORMS = ['fastify', 'express'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** A running application; `close` ends its process. */
export class Application {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(platform: Platform, environment: Record<string, string>): Promise<Application> {
    const child = fork(fileURLToPath(new URL('./server.js', import.meta.url)), {
      // No more than that: variables of the shell configure nothing here.
      env: { PATH: process.env.PATH, NAPI_RS_NATIVE_LIBRARY_PATH: process.env.NAPI_RS_NATIVE_LIBRARY_PATH, ...environment, PLATFORM: platform },
    });
    const { url } = await answerOf<{ url: string }>(child);
    return new Application(child, url);
  }

  /** Begins to watch the event loop. */
  async watch(): Promise<void> {
    this.child.send('watch');
    await answerOf(this.child);
  }

  /** Its delays since then. */
  async delays(): Promise<Delays> {
    this.child.send('read');
    return answerOf<Delays>(this.child);
  }

  /** Computing time of all its threads so far, in microseconds. */
  async time(): Promise<number> {
    this.child.send('time');
    return (await answerOf<{ microseconds: number }>(this.child)).microseconds;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.send('close');
    const [code] = await ended;
    if (code !== 0) throw new Error(`the application ended with ${code}`);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  try {
    const ended = once(child, 'exit', { signal }).then(([code]) => Promise.reject(new Error(`the application ended with ${code}`)));
    ended.catch(() => undefined);
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message as T;
  } finally {
    over.abort();
  }
}
