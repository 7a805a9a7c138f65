import { after, describe, test } from "node:test";

import type { Server } from "./facts.js";
import type { Profile } from "./profile.js";
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
export type Scenario<Paths extends object> = (name: string, play: (arrive: Arrive<Paths>) => Promise<void>) => void;

/** How a chapter makes its tests; `Paths` are the types of the profile's own document. */
export function scenariosOf<Paths extends object>(profile: Profile): Scenario<Paths> {
  return (name, play) => {
    const whole = profile.title + name;
    const section = new Section(whole);
    test(whole, () => play((server) => new Visitor<Paths>(section, server, (path) => profile.at(path))));
  };
}

/**
 * What is asked: with SCOPE=data only what reads and writes data, which is what differs between stores; with SCOPE=own
 * only what a server with tokens alone, or with sessions alone, is not asked too.
 */
export const scope = process.env["SCOPE"] ?? "all";

/** Some at once: no scenario feels another one, and the server is as busy as it would be. */
export function atOnce(name: string, scenarios: () => void): void {
  describe(name, { concurrency: 6 }, scenarios);
}
