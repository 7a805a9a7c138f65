// Requests that pages of other sites cause.
import assert from "node:assert/strict";

import { operations } from "./document.js";
import { facts } from "./facts.js";
import { register, type Profile } from "./profile.js";
import { scenario } from "./suite.js";
import type { Extras } from "./visitor.js";

const foreign: Extras["headers"][] = [
  [["Origin", "https://evil.example"]],
  [["Origin", "null"]],
  [["Sec-Fetch-Site", "cross-site"]],
  [["Sec-Fetch-Site", "same-site"]],
  [["Sec-Fetch-Site", "same-origin"], ["Sec-Fetch-Site", "same-origin"]],
  [["Origin", facts.plain.publicUrl], ["Origin", "https://evil.example"]],
];
const own: Extras["headers"][] = [
  [["Origin", facts.plain.publicUrl]],
  [["Sec-Fetch-Site", "same-origin"]],
  [["Sec-Fetch-Site", "none"]],
  [["Sec-Fetch-Site", "cross-site"], ["Origin", facts.plain.publicUrl]],
  [],
];

export function origins(profile: Profile): void {
  const guarded = operations.filter((operation) => operation.promises("cross_site"));

  scenario("a page of another site reaches no route that a cookie opens", async (arrive) => {
    const { caller } = await register(profile, arrive(), "lured");
    for (const operation of guarded) {
      for (const headers of foreign) {
        const path = operation.pathTo("01900000-0000-7000-8000-000000000000");
        const answer = await caller.send(operation.method, path, { json: operation.example, headers: headers ?? [] });
        // A token in the header is no ambient right; only the routes of the refresh cookie are guarded then.
        const told = `${operation.name} ${JSON.stringify(headers)}: ${answer.text}`;
        assert.equal(answer.code, "cross_site", told);
        assert.equal(answer.header("set-cookie"), undefined);
      }
    }
    assert.equal((await caller.send("GET", "/auth/profile")).status, 200, "nothing has happened");
  });

  scenario("the own pages, and programs that are no browser, are let in", async (arrive) => {
    const path = profile.name === "token" ? "/auth/refresh" : "/auth/profile";
    const method = profile.name === "token" ? "POST" : "PATCH";
    const { caller } = await register(profile, arrive(), "own");
    for (const headers of own) {
      const answer = await caller.send(method, path, { json: {}, headers: headers ?? [] });
      assert.equal(answer.status, 200, JSON.stringify(headers));
    }
  });

  scenario("the forms of the pages are for the pages", async (arrive) => {
    for (const path of ["/verify-email", "/reset-password", "/confirm-email"]) {
      for (const headers of foreign) {
        const answer = await arrive().send("POST", path, { form: { email: "a@example.com" }, headers: headers ?? [] });
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
        assert.equal(answer.header("content-type"), "text/html; charset=utf-8");
      }
    }
  });
}
