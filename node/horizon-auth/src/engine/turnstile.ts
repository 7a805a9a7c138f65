/** Most who pass in one turn of the event loop. */
const MOST = 4;

// Tests that stop the clock of the process must not stop this.
const { setImmediate } = globalThis;

/**
 * Lets a few requests pass in each turn of the event loop and has the others wait for the next ones, in the order in
 * which they came: what answers at once would otherwise keep the loop for all of a burst, from timers and from every
 * other route of the application.
 */
export class Turnstile {
  #passed = 0;
  readonly #waiting: Array<() => void> = [];

  /** Nothing, if there is room in this turn; otherwise the promise of a later one. */
  pass(): void | Promise<void> {
    if (this.#passed === 0) setImmediate(this.#turn);
    if (this.#passed < MOST) return void this.#passed++;
    return new Promise((done) => this.#waiting.push(done));
  }

  readonly #turn = (): void => {
    const next = this.#waiting.splice(0, MOST);
    this.#passed = next.length;
    if (next.length > 0) setImmediate(this.#turn);
    for (const done of next) done();
  };
}
