// Registration and log-in, where both profiles agree.
import assert from "node:assert/strict";

import { facts, newEmail, password } from "./facts.js";
import { login, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";

export function registration(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  scenario("an address is taken once, however it is written", async (arrive) => {
    const { email, caller } = await register(profile, arrive(), "twice");
    for (const written of [email, email.toUpperCase(), ` ${email} `]) {
      const answer = await arrive().send("POST", profile.paths.register, { json: { email: written, password } });
      assert.equal(answer.status, 409);
      assert.equal(answer.code, "email_taken");
      assert.equal(answer.header("set-cookie"), undefined);
    }
    assert.equal((await caller.send("GET", "/auth/profile")).status, 200);
    await login(profile, arrive(), email.toUpperCase());
  });

  scenario("a registration is told everything that is wrong with it", async (arrive) => {
    const good = newEmail("rules");
    const cases: [unknown, string[]][] = [
      [{}, ["Email is required", "Password is required"]],
      [{ email: good, password: "short" }, ["Password must be at least 8 characters"]],
      [{ email: good, password: "x".repeat(129) }, ["Password must be at most 128 characters"]],
      [{ email: 7, password: null }, ["Email must be a string", "Password is required"]],
      [{ email: good, password, fullName: "a\u0000b" }, ["FullName must not contain control characters"]],
    ];
    for (const [json, expected] of cases) {
      const answer = await arrive().send("POST", profile.paths.register, { json });
      assert.equal(answer.code, "invalid_input", JSON.stringify(json).slice(0, 80));
      assert.equal((answer.json()["message"] as string[]).length, expected.length, answer.text);
      if (expected.every((text) => text.includes("required") || text.includes("at least"))) {
        assert.deepEqual(answer.json()["message"], expected);
      }
    }
    for (const email of ["", "nonsense", "a@", "@example.com", "a b@example.com", `${"a".repeat(250)}@example.com`]) {
      const answer = await arrive().send("POST", profile.paths.register, { json: { email, password } });
      assert.equal(answer.code, "invalid_input", email);
    }
  });

  scenario("passwords are counted in characters, and none is cut", async (arrive) => {
    const [email, long] = [newEmail("long"), `${"ä".repeat(126)}🔑!`];
    const json = { email, password: long };
    assert.equal((await arrive().send("POST", profile.paths.register, { json })).status, 201);
    const cut = await arrive().send("POST", profile.paths.login, { json: { email, password: long.slice(0, -1) } });
    assert.equal(cut.code, "invalid_credentials");
    await login(profile, arrive(), email, long);
  });

  scenario("fields that are not documented have no effect", async (arrive) => {
    const caller = arrive();
    const json = {
      ...{ email: newEmail("eager"), password, fullName: "Ana" },
      ...{ roles: ["admin"], tenantId: facts.otherTenant, emailVerified: true, id: "x", isActive: false },
    };
    const answer = await caller.send("POST", profile.paths.register, { json });
    assert.equal(answer.status, 201);
    profile.keep(caller, answer);
    const seen = (await caller.send("GET", "/auth/profile")).json();
    assert.deepEqual(
      [seen["roles"], seen["tenantId"], seen["emailVerified"], seen["fullName"]],
      [["user"], "default", false, "Ana"],
    );
  });

  scenario("a wrong password and an unknown address are one answer", async (arrive) => {
    const { email } = await register(profile, arrive(), "guessed");
    const secret = "something else";
    const wrong = await arrive().send("POST", profile.paths.login, { json: { email, password: secret } });
    const unknown = { email: newEmail("nobody"), password: secret };
    const nobody = await arrive().send("POST", profile.paths.login, { json: unknown });
    const told = (answer: typeof wrong) => [answer.status, answer.code, answer.json()["message"]];
    assert.deepEqual(told(wrong), [401, "invalid_credentials", "Invalid credentials"]);
    assert.deepEqual(told(wrong), told(nobody));
    assert.equal(wrong.header("www-authenticate"), "Bearer");
    for (const json of [{ email }, { password }, { email: "nonsense", password }, { email, password: "" }]) {
      const answer = await arrive().send("POST", profile.paths.login, { json });
      assert(answer.code === "invalid_input" || answer.code === "invalid_credentials", answer.text);
    }
  });

  scenario("the same address in another tenant is somebody else", async (arrive) => {
    const { email } = await register(profile, arrive(), "namesake");
    const headers: [string, string][] = [["X-Tenant-ID", facts.otherTenant]];
    const stranger = await arrive().send("POST", profile.paths.login, { json: { email, password }, headers });
    assert.equal(stranger.code, "invalid_credentials");
    const json = { email, password: "another password of mine" };
    assert.equal((await arrive().send("POST", profile.paths.register, { json, headers })).status, 201);
    assert.equal((await arrive().send("POST", profile.paths.login, { json, headers })).status, 200);
    assert.equal((await arrive().send("POST", profile.paths.login, { json })).code, "invalid_credentials");
  });
}
