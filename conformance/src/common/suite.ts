import { after, test, type TestContext } from "node:test";

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
  play: (arrive: Arrive<Paths>, t: TestContext) => Promise<void>,
): void {
  test(name, async (t) => {
    const section = new Section(name);
    await play((server) => new Visitor<Paths>(section, server), t);
  });
}
