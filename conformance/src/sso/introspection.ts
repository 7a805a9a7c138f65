// What the server tells applications about a token (RFC 7662).
import assert from "node:assert/strict";

import { facts, newEmail, password } from "../common/facts.js";
import { isLimited } from "../common/limits.js";
import { accessToken, login, register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { expired, forgeries, opened } from "../common/tokens.js";
import type { Caller, Extras } from "../common/visitor.js";
import { announced, type Answer } from "../common/wire.js";
import { sharing } from "./sharing.js";

const path = "/auth/introspect";
const { id, secret } = sharing.client;
const form: [string, string] = ["Content-Type", "application/x-www-form-urlencoded"];

function basic(name: string, word: string): [string, string] {
  return ["Authorization", `Basic ${Buffer.from(`${name}:${word}`).toString("base64")}`];
}

/** Asks as the service that may, with what belongs to a question. */
function ask(program: Caller, token: string, extras: Extras = {}): Promise<Answer> {
  const headers = [basic(id, secret), ...(extras.headers ?? [])];
  return program.send("POST", path, { form: { token }, ...extras, headers });
}

function isInactive(answer: Answer, told: string): void {
  assert.equal(answer.status, 200, `${told}: ${answer.text}`);
  assert.equal(answer.text, '{"active":false}', told);
}

export function introspection(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);

  scenario("a good token is told with its claims", async (arrive) => {
    const person = await register(profile, arrive(), "told");
    const token = await accessToken(profile, person);
    const answer = await ask(arrive(), token);
    assert.equal(answer.status, 200);
    const { claims } = opened(token);
    assert.deepEqual(answer.json(), { active: true, token_type: "Bearer", ...claims });
    assert.equal(claims["email"], person.email);
    for (const hint of ["access_token", "refresh_token", "whatever"]) {
      const hinted = await ask(arrive(), token, { form: { token, token_type_hint: hint } });
      assert.equal(hinted.json()["active"], true, hint);
    }
  });

  scenario("whatever is not good is not active, and no reason is told", async (arrive) => {
    const [here, there, program] = [arrive(), arrive(), arrive()];
    const person = await register(profile, here, "ended");
    const good = await accessToken(profile, person);
    await login(profile, there, person.email);
    const refresh = there.cookies.get("refresh_token") ?? "";
    const bad = { ...forgeries(good), "one that has expired": expired(good), "a refresh token": refresh, nothing: "" };
    for (const [name, token] of Object.entries(bad)) {
      isInactive(await ask(program, token), name);
    }
    assert.equal((await ask(program, good)).json()["active"], true);
    await there.send("POST", "/auth/logout", { json: { scope: "session" } });
    assert.equal((await ask(program, good)).json()["active"], true, "another session has ended");
    await here.send("POST", "/auth/logout");
    isInactive(await ask(program, good), "one of a session that has ended");
  });

  scenario("only a service that proves which one it is is answered; before, no body is looked at", async (arrive) => {
    const good = await accessToken(profile, await register(profile, arrive(), "asked"));
    const cases: [string, string][][] = [
      [],
      [basic(id, secret.slice(1))],
      [basic(id, `${secret} `)],
      [basic(id.toUpperCase(), secret)],
      [basic("nobody", secret)],
      [basic(id, "")],
      [basic("", "")],
      [["Authorization", "Basic"]],
      [["Authorization", "Basic ###"]],
      [["Authorization", `Bearer ${good}`]],
      [basic(id, secret), basic(id, secret)],
    ];
    const bodies: Extras[] = [
      { form: { token: good } },
      { json: { token: good } },
      { body: announced, headers: [form, ["Content-Length", String(16 * 1024 + 1)]] },
    ];
    for (const credentials of cases) {
      const stranger = arrive();
      for (const body of bodies) {
        const headers = [...credentials, ...(body.headers ?? [])];
        const answer = await stranger.send("POST", path, { ...body, headers });
        assert.equal(answer.code, "invalid_client", answer.text);
        assert.equal(answer.header("www-authenticate"), 'Basic realm="horizon-auth"');
      }
    }
    const [name, value] = basic(id, secret);
    const lower = await arrive().send("POST", path, {
      form: { token: good },
      headers: [[name, value.replace("Basic", "basic")]],
    });
    assert.equal(lower.json()["active"], true, "schemes have no case");
  });

  scenario("a question that is none is told what is wrong with it", async (arrive) => {
    const program = arrive();
    const cases: [Extras, string, string[]?][] = [
      [{ form: {} }, "invalid_input", ["Token is required"]],
      [{ form: { token_type_hint: "access_token" } }, "invalid_input", ["Token is required"]],
      [{ body: "token=a&token=b", headers: [form] }, "invalid_input"],
      [{ json: { token: "a" } }, "invalid_input"],
      [{ body: "token=a" }, "invalid_input"],
      [{ body: announced, headers: [form, ["Content-Length", String(16 * 1024 + 1)]] }, "payload_too_large"],
    ];
    for (const [extras, code, message] of cases) {
      const { form: fields, ...others } = extras;
      const answer = await program.send("POST", path, {
        ...others,
        ...(fields === undefined ? {} : { form: fields }),
        headers: [basic(id, secret), ...(extras.headers ?? [])],
      });
      assert.equal(answer.code, code, answer.text);
      if (message !== undefined) {
        assert.deepEqual(answer.json()["message"], message);
      }
    }
    const query = await program.send("POST", `${path}?token=a`, { form: {}, headers: [basic(id, secret)] });
    assert.equal(query.code, "invalid_input", "a token in an address is none");
    const [slow] = await program.sendAtOnce([
      ["POST", path, { body: announced, headers: [basic(id, secret), form, ["Content-Length", "100"]] }],
    ]);
    assert.equal(slow?.code, "request_timeout");
  });

  scenario("a service is told of the people of every tenant", async (arrive) => {
    const guest = arrive();
    const headers: [string, string][] = [["X-Tenant-ID", facts.otherTenant]];
    const json = { email: newEmail("elsewhere"), password };
    profile.keep(guest, await guest.send("POST", "/auth/register", { json, headers }));
    const token = guest.usual.get("Authorization")?.replace("Bearer ", "") ?? "";
    for (const named of [[], headers, [["X-Tenant-ID", "nowhere"]]] as [string, string][][]) {
      const answer = await ask(arrive(), token, { headers: named });
      assert.equal(answer.json()["tenantId"], facts.otherTenant);
    }
  });

  scenario("10 failures from one network pass, the next one waits; the service is answered all the same", async (arrive) => {
    const program = arrive();
    const fail = () => program.send("POST", path, { form: { token: "x" }, headers: [basic(id, "a guess")] });
    for (let number = 1; number <= 10; number += 1) {
      assert.equal((await fail()).code, "invalid_client", `number ${number}`);
    }
    isLimited(await fail(), 60);
    isInactive(await ask(program, "x"), "nobody is kept out by the failures of others");
  });
}
