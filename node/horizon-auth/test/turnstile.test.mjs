import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Turnstile } from '../dist/esm/engine/turnstile.js';

/** Comes so many times at once; what it returns fills with those who have passed, by their number. */
function burst(turnstile, many) {
  const passed = [];
  for (let number = 0; number < many; number++) {
    const later = turnstile.pass();
    if (later) later.then(() => passed.push(number));
    else passed.push(number);
  }
  return passed;
}

const upTo = (many) => Array.from({ length: many }, (_, number) => number);

describe('the turnstile', () => {
  it('lets four pass at once, and four more in each turn, in the order in which they came', async () => {
    const passed = burst(new Turnstile(), 11);
    for (const many of [4, 8, 11]) {
      assert.deepEqual(passed, upTo(many));
      await turn();
    }
  });

  it('has nobody wait who comes alone, however many came before', async () => {
    const turnstile = new Turnstile();
    for (let visit = 0; visit < 10; visit++) {
      assert.equal(turnstile.pass(), undefined);
      await turn();
    }
    burst(turnstile, 9);
    for (let i = 0; i < 4; i++) await turn();
    assert.equal(turnstile.pass(), undefined);
  });

  it('has whoever comes behind others wait behind them', async () => {
    const turnstile = new Turnstile();
    const first = burst(turnstile, 10);
    await turn();
    const second = burst(turnstile, 2);
    assert.deepEqual([first, second], [upTo(8), []]);
    await turn();
    assert.deepEqual([first, second], [upTo(10), upTo(2)]);
  });

  it('leaves the rest of the loop its turns', async () => {
    const turnstile = new Turnstile();
    const passed = burst(turnstile, 400);
    let seen = 0;
    while (passed.length < 400) {
      await turn();
      seen++;
    }
    assert.equal(seen, 99);
  });
});
