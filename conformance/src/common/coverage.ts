import assert from "node:assert/strict";
import { test } from "node:test";

import { operations } from "./document.js";

/**
 * Fails for every answer that the document promises and no test has caused, so that a new route, status or code
 * needs a test. To be registered last. `except` names what no client can cause, with the reason beside it.
 */
export function everyPromiseWasSeen(except: Map<RegExp, string>): void {
  test("every answer that the document promises was seen", () => {
    const missing = operations.flatMap((operation) =>
      operation.promised
        .filter((promise) => !operation.seen.has(promise))
        .map((promise) => `${operation.name} ${promise}`)
        .filter((text) => ![...except.keys()].some((pattern) => pattern.test(text))),
    );
    assert.deepEqual(missing, []);
  });
}
