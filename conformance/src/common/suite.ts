import { after, describe, test } from "node:test";

import type { Server } from "./facts.js";
import { Section, writeTranscript } from "./transcript.js";
import { Visitor } from "./visitor.js";
import { hangUp } from "./wire.js";

after(() => {
  hangUp();
  writeTranscript();
});

/** Makes visitors of one test. */
export type Arrive<Paths extends object> = (server?: Server) => Visitor<Paths>;

/** A test whose visitors share one part of the transcript. The name is a sentence. */
export function scenario<Paths extends object>(
  name: string,
  play: (arrive: Arrive<Paths>) => Promise<void>,
): void {
  const section = new Section(name);
  test(name, () => play((server) => new Visitor<Paths>(section, server)));
}

/** Some at once: no scenario feels another one, and the server is as busy as it would be. */
export function atOnce(name: string, scenarios: () => void): void {
  describe(name, { concurrency: 6 }, scenarios);
}
