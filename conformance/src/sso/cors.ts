// Pages of applications on other origins: which may call, and read what is answered.
import assert from "node:assert/strict";

import { operations } from "../common/document.js";
import { facts, newEmail, password } from "../common/facts.js";
import { register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import type { Caller } from "../common/visitor.js";
import type { Answer } from "../common/wire.js";
import { sharing } from "./sharing.js";

const [application = ""] = sharing.origins;
const paths = [...new Set(operations.map((operation) => operation.path))];
const pages = paths.filter((path) => operations.some((operation) => operation.path === path && operation.isPage));
/** Routes for programs, and where there is nothing. */
const routes = [...paths.filter((path) => !pages.includes(path)), "/auth/nowhere"];

/** The names in a header that lists some, in lower case and in order. */
function list(answer: Answer, name: string): string[] {
  const all = answer.all(name).flatMap((line) => line.split(","));
  return all.map((item) => item.trim().toLowerCase()).sort();
}

function isInvited(answer: Answer): boolean {
  return answer.header("access-control-allow-origin") !== undefined;
}

function preflight(caller: Caller, path: string, origin: string, method = "DELETE"): Promise<Answer> {
  return caller.send("OPTIONS", path.replaceAll(/\{\w+\}/g, "x"), {
    headers: [
      ["Origin", origin],
      ["Access-Control-Request-Method", method],
      ["Access-Control-Request-Headers", "authorization,content-type"],
    ],
  });
}

export function cors(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);

  scenario("an application is invited to every route by its exact name, and to no page", async (arrive) => {
    const caller = arrive();
    for (const origin of sharing.origins) {
      for (const path of routes) {
        const answer = await preflight(caller, path, origin);
        assert.equal(answer.status, 200, path);
        assert.equal(answer.text, "");
        assert.equal(answer.header("access-control-allow-origin"), origin, path);
        assert.equal(answer.header("access-control-allow-credentials"), "true");
        assert.equal(answer.header("access-control-max-age"), "600");
        assert(list(answer, "vary").includes("origin"), path);
        const methods = list(answer, "access-control-allow-methods");
        assert.deepEqual(methods, ["delete", "get", "head", "patch", "post", "put"]);
        const headers = list(answer, "access-control-allow-headers");
        assert.deepEqual(headers, ["authorization", "content-type", "idempotency-key", "x-csrf-token"]);
      }
      for (const path of pages) {
        const answer = await preflight(caller, path, origin);
        assert.equal(answer.status, 405, path);
        assert(!isInvited(answer), path);
        assert(!isInvited(await caller.send("GET", path, { headers: [["Origin", origin]] })), path);
      }
    }
  });

  scenario("nobody else is invited, however similar", async (arrive) => {
    const host = application.replace("https://", "");
    const strangers = [
      "null",
      "",
      "*",
      "https://evil.example",
      `http://${host}`,
      `${application}:443`,
      `${application}:8443`,
      `${application}/`,
      `https://${host.toUpperCase()}`,
      `https://x.${host}`,
      `${application}.evil.example`,
      "https://example.com",
      "http://dev.localhost",
      "https://app.dev.localhost",
      "http://app.dev.localhost:80",
      "http://app.dev.localhost.evil.example",
    ];
    const asked = ["/auth/refresh", "/.well-known/jwks.json", "/auth/nowhere"];
    for (const [server, origins] of [
      [facts.plain, strangers],
      [facts.hardened, [...strangers, "http://app.dev.localhost:5173", facts.hardened.publicUrl]],
    ] as const) {
      const caller = arrive(server);
      for (const origin of origins) {
        for (const path of asked) {
          assert(!isInvited(await preflight(caller, path, origin)), `${origin} ${path}`);
          const answer = await caller.send("GET", path, { headers: [["Origin", origin]] });
          assert(!isInvited(answer), `${origin} ${path}`);
          assert(list(answer, "vary").includes("origin"), `${origin} ${path}`);
        }
      }
    }
  });

  scenario("every page of this machine is invited where that was chosen", async (arrive) => {
    const caller = arrive();
    for (const origin of ["http://app.dev.localhost:5173", "http://a.b.dev.localhost"]) {
      const answer = await preflight(caller, "/auth/refresh", origin, "POST");
      assert.equal(answer.header("access-control-allow-origin"), origin);
    }
  });

  scenario("an application reads whatever a route answers, refusals too", async (arrive) => {
    const caller = arrive();
    const headers: [string, string][] = [["Origin", application], ["Content-Type", "application/json"]];
    for (const operation of operations.filter((one) => !one.isPage)) {
      const body = operation.mediaType === undefined ? {} : { body: "{" };
      const answer = await caller.send(operation.method, operation.pathTo("x"), { headers, ...body });
      assert.equal(answer.header("access-control-allow-origin"), application, operation.name);
      assert.equal(answer.header("access-control-allow-credentials"), "true", operation.name);
      assert.deepEqual(list(answer, "access-control-expose-headers"), ["retry-after", "x-request-id"]);
      assert(list(answer, "vary").includes("origin"), operation.name);
    }
    const others: [string, string, number][] = [
      ["GET", "/auth/nowhere", 404],
      ["GET", "/auth/login", 405],
    ];
    for (const [method, path, status] of others) {
      const answer = await caller.send(method, path, { headers: [["Origin", application]] });
      assert.equal(answer.status, status);
      assert.equal(answer.header("access-control-allow-origin"), application, path);
    }
    const json = { email: newEmail("busy"), password };
    for (let number = 1; number <= profile.limits.logins; number += 1) {
      await caller.send("POST", "/auth/login", { json });
    }
    const limited = await caller.send("POST", "/auth/login", { json, headers: [["Origin", application]] });
    assert.equal(limited.status, 429);
    assert.equal(limited.header("access-control-allow-origin"), application);
  });

  scenario("an application refreshes with the shared cookie and logs out", async (arrive) => {
    const { caller } = await register(profile, arrive(), "shared");
    const headers: [string, string][] = [["Origin", application], ["Sec-Fetch-Site", "same-site"]];
    caller.usual.delete("Authorization");
    const refreshed = await caller.send("POST", "/auth/refresh", { headers });
    assert.equal(refreshed.status, 200);
    assert.equal(refreshed.header("access-control-allow-credentials"), "true");
    const ended = await caller.send("DELETE", "/auth/refresh", { headers });
    assert.equal(ended.status, 204);
    assert.equal(ended.header("access-control-allow-origin"), application);
    assert.equal(caller.cookies.size, 0);
    profile.keep(caller, refreshed);
    assert.equal((await caller.send("GET", "/auth/profile", { headers })).code, "token_revoked");
  });
}
