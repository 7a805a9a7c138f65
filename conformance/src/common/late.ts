// Bodies that are announced and do not come. Each answer takes the time of the setting `http.body_timeout`, so all
// operations are asked at once.
import assert from "node:assert/strict";

import { operations, type Operation } from "./document.js";
import { facts } from "./facts.js";
import { asAdministrator, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import type { Extras } from "./visitor.js";
import { announced } from "./wire.js";

/** An id that nobody has. */
const nobody = "01900000-0000-7000-8000-000000000000";

function late(operation: Operation): [method: string, path: string, extras: Extras] {
  const type: [string, string] = ["Content-Type", operation.mediaType ?? "application/json"];
  return [operation.method, operation.pathTo(nobody), { body: announced, headers: [type, ["Content-Length", "100"]] }];
}

export function lateBodies(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const readers = operations.filter((operation) => operation.promises("unsupported_media_type"));

  scenario("no route waits for ever for a body", async (arrive) => {
    const boss = await asAdministrator(profile, arrive());
    const answers = await boss.sendAtOnce(readers.map(late));
    for (const [at, operation] of readers.entries()) {
      assert.equal(answers[at]?.code, "request_timeout", `${operation.name}: ${answers[at]?.text}`);
    }
  });

  scenario("no page waits for ever for a form", async (arrive) => {
    const forms = operations.filter((operation) => operation.isPage && operation.method === "POST");
    for (const answer of await arrive().sendAtOnce(forms.map(late))) {
      assert.equal(answer.status, 408);
      assert.equal(answer.header("content-type"), "text/html; charset=utf-8");
    }
  });

  scenario("whoever may not come in is told so, and not that the body is late", async (arrive) => {
    const closed = readers.filter((operation) => operation.isClosed);
    for (const answer of await arrive().sendAtOnce(closed.map(late))) {
      assert.equal(answer.code, "token_missing", answer.text);
    }
  });

  scenario("behind https, nobody waits for ever either", async (arrive) => {
    const logins = readers.filter((operation) => operation.path === profile.paths.login);
    const [answer] = await arrive(facts.hardened).sendAtOnce(logins.map(late));
    assert.equal(answer?.code, "request_timeout");
  });
}
