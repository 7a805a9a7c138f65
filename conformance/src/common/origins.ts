// Requests that pages of other sites cause.
import assert from "node:assert/strict";

import { operations, type Operation } from "./document.js";
import { facts } from "./facts.js";
import { register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import type { Extras } from "./visitor.js";

type Headers = NonNullable<Extras["headers"]>;

const foreign: Headers[] = [
  [["Origin", "https://evil.example"]],
  [["Origin", "null"]],
  [["Sec-Fetch-Site", "cross-site"]],
  [["Sec-Fetch-Site", "same-site"]],
  [["Sec-Fetch-Site", "same-origin"], ["Sec-Fetch-Site", "same-origin"]],
  [["Origin", facts.plain.publicUrl], ["Origin", "https://evil.example"]],
];
const own: Headers[] = [
  [["Origin", facts.plain.publicUrl]],
  [["Sec-Fetch-Site", "same-origin"]],
  [["Sec-Fetch-Site", "none"]],
  [["Sec-Fetch-Site", "cross-site"], ["Origin", facts.plain.publicUrl]],
  [],
];
/** The pages of applications that share the log-in, if there are any. */
const shared = (facts.sso?.origins ?? []).flatMap((origin): Headers[] => [
  [["Origin", origin]],
  [["Sec-Fetch-Site", "same-site"], ["Origin", origin]],
]);

/** A token in the header is no ambient right: with it, only that is guarded which is for pages of ours alone. */
function isForOwnPages(operation: Operation): boolean {
  return !operation.promises("csrf_invalid") || operation.path.startsWith("/session/");
}

export function origins(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const guarded = operations
    .filter((operation) => operation.promises("cross_site"))
    .filter((operation) => profile.name === "session" || isForOwnPages(operation));

  scenario("a page of another site reaches no route that a cookie opens", async (arrive) => {
    const { caller } = await register(profile, arrive(), "lured");
    for (const operation of guarded) {
      for (const headers of foreign) {
        const path = operation.pathTo("01900000-0000-7000-8000-000000000000");
        const answer = await caller.send(operation.method, path, { json: operation.example, headers });
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
    for (const headers of [...own, ...shared]) {
      const answer = await caller.send(method, path, { json: {}, headers });
      assert.equal(answer.status, 200, JSON.stringify(headers));
    }
  });

  scenario("the forms of the pages are for the pages", async (arrive) => {
    const forms = operations.filter((operation) => operation.isPage && operation.method === "POST");
    for (const { path } of forms) {
      for (const headers of [...foreign, ...shared]) {
        const answer = await arrive().send("POST", path, { form: { email: "a@example.com" }, headers });
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
        assert.equal(answer.header("content-type"), "text/html; charset=utf-8");
      }
    }
  });
}

/** Where no application shares the log-in, pages of other origins may ask for nothing. */
export function preflights(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);

  scenario("a preflight request of another origin is not answered with an invitation", async (arrive) => {
    for (const path of [profile.paths.login, "/auth/profile", "/.well-known/jwks.json"]) {
      const answer = await arrive().send("OPTIONS", path, {
        headers: [
          ["Origin", "https://evil.example"],
          ["Access-Control-Request-Method", "POST"],
          ["Access-Control-Request-Headers", "content-type"],
        ],
      });
      assert.equal(answer.code, "method_not_allowed");
      assert(answer.headers.every(([name]) => !name.startsWith("access-control-")));
    }
    const read = await arrive().send("GET", "/auth/profile", { headers: [["Origin", "https://evil.example"]] });
    assert(read.headers.every(([name]) => !name.startsWith("access-control-")));
  });
}
