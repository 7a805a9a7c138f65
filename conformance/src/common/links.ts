// Mails, and what their links are worth.
import assert from "node:assert/strict";

import { newEmail, password } from "./facts.js";
import { login, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";

const other = "a wholly different password";
const unknown = "0c9f6e0a-5d1b-4c7e-9a3f-2b8d4e6f1a70.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

export function links(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const { requestReset, completeReset, requestVerification, verify } = profile.paths;
  const field = profile.name === "token" ? "newPassword" : "password";
  const done = profile.name === "token" ? 200 : 204;

  scenario("the link of a registration proves the address once, and ends sessions from before", async (arrive) => {
    const guest = arrive();
    const { email } = await register(profile, guest, "proof");
    const { token } = await guest.mail(email, "/verify-email");
    const stranger = arrive();
    const proved = await stranger.send("POST", verify, { json: { token } });
    assert.equal(proved.status, done);
    assert.equal(proved.header("set-cookie"), undefined, "it logs nobody in");
    assert.equal((await stranger.send("POST", verify, { json: { token } })).code, "link_invalid");
    assert.equal((await guest.send("GET", "/auth/profile")).status, 401);
    await login(profile, guest, email);
    assert.equal((await guest.send("GET", "/auth/profile")).json()["emailVerified"], true);
  });

  scenario("another link is sent to whoever waits, and everybody gets the same answer", async (arrive) => {
    const { email, caller } = await register(profile, arrive(), "again");
    const first = await caller.mail(email, "/verify-email");
    const known = await arrive().send("POST", requestVerification, { json: { email } });
    const stranger = await arrive().send("POST", requestVerification, { json: { email: newEmail("nobody") } });
    assert.equal(known.status, done);
    assert.deepEqual([known.status, known.text], [stranger.status, stranger.text]);
    const second = await caller.mail(email, "/verify-email");
    assert.notEqual(second.token, first.token);
    assert.equal((await arrive().send("POST", verify, { json: { token: second.token } })).status, done);
    const invalid = await arrive().send("POST", requestVerification, { json: { email: "nonsense" } });
    assert.equal(invalid.code, "invalid_input");
  });

  scenario("a reset replaces the password once, ends every session and is told by mail", async (arrive) => {
    const guest = arrive();
    const { email } = await register(profile, guest, "reset");
    const known = await arrive().send("POST", requestReset, { json: { email } });
    const unknownAddress = await arrive().send("POST", requestReset, { json: { email: newEmail("nobody") } });
    assert.equal(known.status, done);
    assert.deepEqual([known.status, known.text], [unknownAddress.status, unknownAddress.text]);
    const { token } = await guest.mail(email, "/reset-password");

    const stranger = arrive();
    const short = await stranger.send("POST", completeReset, { json: { token, [field]: "short" } });
    assert.equal(short.code, "invalid_input", "the link stays good");
    const reset = await stranger.send("POST", completeReset, { json: { token, [field]: other } });
    assert.equal(reset.status, done, reset.text);
    assert.equal(reset.header("set-cookie"), undefined, "it logs nobody in");
    assert.equal((await stranger.send("POST", completeReset, { json: { token, [field]: other } })).code, "link_invalid");
    assert.equal((await guest.send("GET", "/auth/profile")).status, 401);
    const old = await arrive().send("POST", profile.paths.login, { json: { email, password } });
    assert.equal(old.code, "invalid_credentials");
    await login(profile, arrive(), email, other);
  });

  scenario("no other token opens anything", async (arrive) => {
    const { email, caller } = await register(profile, arrive(), "swapped");
    const { token } = await caller.mail(email, "/verify-email");
    const cases: [string, Record<string, string>][] = [
      [completeReset, { token, [field]: other }],
      ["/auth/email/change/confirm", { token }],
      [verify, { token: unknown }],
      [verify, { token: "" }],
      [verify, { token: `${token}x` }],
      [verify, { token: token.split(".")[0] ?? "" }],
      [completeReset, { token: unknown, [field]: other }],
      ["/auth/email/change/confirm", { token: unknown }],
    ];
    const stranger = arrive();
    for (const [path, json] of cases) {
      assert.equal((await stranger.send("POST", path, { json })).code, "link_invalid", path);
    }
    for (const path of [verify, "/auth/email/change/confirm", completeReset]) {
      assert.equal((await arrive().send("POST", path, { json: {} })).code, "invalid_input", path);
    }
    const foreign = await arrive().send("POST", verify, { json: { token }, headers: [["X-Tenant-ID", "acme"]] });
    assert.equal(foreign.code, "link_invalid", "nor in another tenant");
    assert.equal((await arrive().send("POST", verify, { json: { token } })).status, done, "it was not used up");
  });
}
