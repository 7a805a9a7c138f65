// What the document says of all operations, asked of each.
import assert from "node:assert/strict";

import { operations, type Operation } from "./document.js";
import { facts, newEmail } from "./facts.js";
import { accessToken, asAdministrator, byToken, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import { expired, forgeries } from "./tokens.js";
import type { Caller, Extras } from "./visitor.js";
import { announced, type Answer } from "./wire.js";

/** An id that nobody has. */
const nobody = "01900000-0000-7000-8000-000000000000";

/** A JSON body of a size that is only announced. */
function sized(length: number): [string, string][] {
  return [
    ["Content-Type", "application/json"],
    ["Content-Length", String(length)],
  ];
}

/** Sends what the document shows as an example, and more. */
async function ask(caller: Caller, operation: Operation, extras: Extras = {}): Promise<Answer> {
  const json = operation.mediaType === "application/json" && extras.body === undefined;
  return caller.send(operation.method, operation.pathTo(nobody), json ? { json: operation.example, ...extras } : extras);
}

export function routes(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const closed = operations.filter((operation) => operation.isClosed);
  const byBearer = operations.filter((operation) => operation.promises("token_expired"));

  scenario("no closed route tells anything to callers without credentials", async (arrive) => {
    const stranger = arrive();
    for (const operation of closed) {
      const answer = await ask(stranger, operation);
      assert.equal(answer.code, "token_missing", operation.name);
      assert.equal(answer.header("www-authenticate"), "Bearer", operation.name);
    }
  });

  scenario("no closed route takes an expired token", async (arrive) => {
    const person = await register(profile, arrive(), "expired");
    const late = arrive();
    late.usual.set("Authorization", `Bearer ${expired(await accessToken(profile, person))}`);
    for (const operation of byBearer) {
      const answer = await ask(late, operation);
      assert.equal(answer.code, "token_expired", operation.name);
      assert.equal(answer.header("www-authenticate"), 'Bearer error="invalid_token"', operation.name);
    }
  });

  scenario("no closed route takes the token of a session that has ended", async (arrive) => {
    const person = await register(profile, arrive(), "revoked");
    const other = await byToken(profile, person, arrive());
    await person.caller.send("POST", profile.paths.logout);
    for (const operation of byBearer) {
      const answer = await ask(other, operation);
      assert.equal(answer.code, "token_revoked", operation.name);
      assert.equal(answer.header("www-authenticate"), 'Bearer error="invalid_token"', operation.name);
    }
  });

  scenario("no closed route takes nonsense for a token", async (arrive) => {
    const forger = arrive();
    forger.usual.set("Authorization", "Bearer nonsense");
    for (const operation of byBearer) {
      assert.equal((await ask(forger, operation)).code, "token_invalid", operation.name);
    }
  });

  scenario("no forged token is taken", async (arrive) => {
    const person = await register(profile, arrive(), "forged");
    const good = await accessToken(profile, person);
    for (const [name, forged] of Object.entries(forgeries(good))) {
      const answer = await arrive().send("GET", "/auth/profile", { headers: [["Authorization", `Bearer ${forged}`]] });
      assert.equal(answer.code, "token_invalid", name);
      assert.equal(answer.header("www-authenticate"), 'Bearer error="invalid_token"', name);
    }
    const seen = await (await byToken(profile, person, arrive())).send("GET", "/auth/profile");
    assert.equal(seen.status, 200, "the one that they were made from is good");
  });

  scenario("other ways to send a token are none", async (arrive) => {
    const person = await register(profile, arrive(), "ways");
    const good = await accessToken(profile, person);
    const ways: [Extras["headers"], string, string][] = [
      [[["Authorization", good]], "/auth/profile", "token_invalid"],
      [[["Authorization", `Basic ${good}`]], "/auth/profile", "token_invalid"],
      [[["Authorization", `Bearer ${good} ${good}`]], "/auth/profile", "token_invalid"],
      [[["Authorization", `Bearer ${good}`], ["Authorization", `Bearer ${good}`]], "/auth/profile", "token_invalid"],
      [[["Authorization", ""]], "/auth/profile", "token_invalid"],
      [[["X-Access-Token", good]], "/auth/profile", "token_missing"],
      [[], `/auth/profile?access_token=${good}`, "token_missing"],
    ];
    for (const [headers = [], path, code] of ways) {
      const answer = await arrive().send("GET", path, { headers });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.code, code, JSON.stringify(headers.map(([name]) => name)));
    }
    const lower = await arrive().send("GET", "/auth/profile", { headers: [["authorization", `bearer ${good}`]] });
    assert.equal(lower.status, 200, "schemes have no case");
  });

  // Also those that have no use for a body, since a form of another site would have one.
  const readers = operations.filter((operation) => operation.promises("unsupported_media_type"));

  scenario("no route reads a body that is not said to be JSON", async (arrive) => {
    const caller = await asAdministrator(profile, arrive());
    const types = ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "text/json"];
    for (const operation of readers) {
      for (const type of types) {
        const body = JSON.stringify(operation.example);
        const answer = await ask(caller, operation, { body, headers: [["Content-Type", type]] });
        assert.equal(answer.code, "unsupported_media_type", `${operation.name} ${type}`);
      }
      const untyped = await ask(caller, operation, { body: "{}" });
      assert.equal(untyped.code, "unsupported_media_type", operation.name);
    }
  });

  scenario("no route takes what is not JSON", async (arrive) => {
    const caller = await asAdministrator(profile, arrive());
    const headers: [string, string][] = [["Content-Type", "application/json"]];
    for (const operation of readers) {
      for (const body of ["{", '{"email":"a"} x', "nonsense", '{"a":1,}', "\u{feff}{}"]) {
        const answer = await ask(caller, operation, { body, headers });
        assert.equal(answer.code, "malformed_json", `${operation.name} ${body}`);
      }
      for (const body of ["[]", "null", "12", '"text"', '{"a":1,"a":2}']) {
        const answer = await ask(caller, operation, { body, headers });
        assert.equal(answer.code, "invalid_input", `${operation.name} ${body}`);
        assert.deepEqual(answer.json()["message"], ["Body must be a JSON object in which no field appears twice"]);
      }
      const latin = new Uint8Array([...Buffer.from('{"email":"'), 0xe9, ...Buffer.from('"}')]);
      assert.equal((await ask(caller, operation, { body: latin, headers })).code, "malformed_json", operation.name);
      if (operation.about.requestBody?.required === true) {
        assert.equal((await ask(caller, operation, { body: "", headers })).code, "malformed_json", operation.name);
      }
    }
  });

  scenario("no route waits for a body that is announced to be over the limit", async (arrive) => {
    const caller = await asAdministrator(profile, arrive());
    for (const operation of readers) {
      const answer = await ask(caller, operation, { body: announced, headers: sized(16 * 1024 + 1) });
      assert.equal(answer.code, "payload_too_large", operation.name);
    }
    // Beyond what parsers of platforms take on their own: 100 kB, 1 MiB.
    for (const size of [150_000, 1_500_000]) {
      const answer = await caller.send("POST", profile.paths.login, { body: announced, headers: sized(size) });
      assert.equal(answer.code, "payload_too_large", String(size));
    }
  });

  scenario("a body as large as the limit, or in pieces of any size, is read", async (arrive) => {
    const caller = arrive();
    const body = JSON.stringify({ email: newEmail("nobody"), password: "something" });
    const headers: [string, string][] = [["Content-Type", "application/json; charset=UTF-8"]];
    const full = await caller.send("POST", profile.paths.login, { body: body.padEnd(16 * 1024), headers });
    assert.equal(full.code, "invalid_credentials");
    const chunked: [string, string][] = [...headers, ["Transfer-Encoding", "chunked"]];
    const pieces = await caller.send("POST", profile.paths.login, { body, headers: chunked });
    assert.equal(pieces.code, "invalid_credentials");
    const large = await caller.send("POST", profile.paths.login, {
      body: body.padEnd(16 * 1024 + 1),
      headers: [...chunked, ["Expect", "100-continue"]],
    });
    assert.equal(large.code, "payload_too_large", "also unannounced");
  });

  scenario("no token is worth anything in another tenant", async (arrive) => {
    const { caller } = await register(profile, arrive(), "abroad");
    const own = operations.filter((one) => profile.name === "token" || !one.takes("refreshCookie"));
    for (const operation of own.filter((one) => one.promises("tenant_mismatch"))) {
      // To whoever is logged in it is the same whether there is such a tenant.
      for (const tenant of operation.isClosed ? [facts.otherTenant, "nowhere"] : [facts.otherTenant]) {
        const answer = await ask(caller, operation, { headers: [["X-Tenant-ID", tenant]] });
        assert.equal(answer.code, "tenant_mismatch", `${operation.name} ${tenant}`);
      }
    }
    const seen = await caller.send("GET", "/auth/profile", { headers: [["X-Tenant-ID", "default"]] });
    assert.equal(seen.status, 200, "the own tenant may be named");
  });

  scenario("a tenant is named properly, exists and is open", async (arrive) => {
    const cases: [code: string, status: number, headers: [string, string][]][] = [
      ["tenant_invalid", 400, [["X-Tenant-ID", "Not A Name"]]],
      ["tenant_invalid", 400, [["X-Tenant-ID", "acme"], ["X-Tenant-ID", "acme"]]],
      ["unknown_tenant", 404, [["X-Tenant-ID", "nowhere"]]],
      ["tenant_disabled", 403, [["X-Tenant-ID", facts.closedTenant]]],
    ];
    for (const [code, status, headers] of cases) {
      const stranger = arrive();
      for (const operation of operations.filter((one) => one.promises(code) && !one.isClosed)) {
        const answer = await ask(stranger, operation, { headers });
        assert.equal(answer.code, code, operation.name);
        assert.equal(answer.status, status);
      }
    }
    const { caller } = await register(profile, arrive(), "unclear");
    for (const operation of closed.filter((one) => one.promises("tenant_invalid"))) {
      const answer = await ask(caller, operation, { headers: [["X-Tenant-ID", "Not A Name"]] });
      assert.equal(answer.code, "tenant_invalid", operation.name);
    }
  });
}
