// Rules that only exist where tokens and session cookies live side by side.
import assert from "node:assert/strict";

import { operations } from "../common/document.js";
import { facts, newEmail, password } from "../common/facts.js";
import { isLimited } from "../common/limits.js";
import { asAdministrator, login, register, sessionBeside, tokenBeside, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { cookieLines, type Caller } from "../common/visitor.js";
import type { Json } from "../common/wire.js";

const scenario = scenariosOf<object>({ ...tokenBeside, title: "" });
const other = "a wholly different password";
const nobody = "01900000-0000-7000-8000-000000000000";
const gone = {
  refresh_token: ["HttpOnly", "Max-Age=0", "Path=/auth/refresh", "SameSite=Strict"],
  session: ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict"],
  csrf: ["Max-Age=0", "Path=/", "SameSite=Strict"],
};

function bearer(caller: Caller): string {
  return caller.usual.get("Authorization") ?? "";
}

async function profileCode(caller: Caller): Promise<unknown> {
  const answer = await caller.send("GET", "/auth/profile");
  return answer.status === 200 ? "good" : answer.code;
}

/** Ids of the sessions that somebody sees, with which of them is asking. */
async function listed(caller: Caller, profile: Profile): Promise<Json[]> {
  const body = JSON.parse((await caller.send("GET", profile.paths.sessions)).text) as Json[] | { sessions: Json[] };
  return Array.isArray(body) ? body : body.sessions;
}

export function beside(): void {
  scenario("each log-in brings its own kind and nothing of the other", async (arrive) => {
    const cases: [first: Profile, second: Profile][] = [
      [tokenBeside, sessionBeside],
      [sessionBeside, tokenBeside],
    ];
    for (const [first, second] of cases) {
      const json = { email: newEmail("kinds"), password };
      for (const [profile, path] of [[first, first.paths.register], [second, second.paths.login]] as const) {
        const answer = await arrive().send("POST", path, { json });
        const names = profile.name === "token" ? ["refresh_token"] : ["session", "csrf"];
        assert.deepEqual(Object.keys(cookieLines(answer)), names);
        assert.equal("accessToken" in answer.json(), profile.name === "token");
        assert(!/hz[rs]_/.test(answer.text), "no secret of a cookie is in a body");
      }
    }
  });

  scenario("what is of sessions alone is below their prefix and nowhere else", async (arrive) => {
    const { caller } = await register(sessionBeside, arrive(), "prefix");
    for (const [method, path] of [
      ["GET", "/auth/me"],
      ["GET", "/auth/csrf"],
      ["POST", "/auth/verify"],
      ["POST", "/auth/request-verify"],
      ["POST", "/auth/request-reset"],
      ["POST", "/auth/reset-password"],
      ["GET", "/session/auth/nowhere"],
      ["GET", "/session/auth/profile"],
      ["POST", "/session/auth/refresh"],
      ["GET", "/session/auth/sessions"],
      ["POST", "/session/auth/password/change"],
    ] as const) {
      assert.equal((await caller.send(method, path)).code, "not_found", path);
    }
    for (const path of ["/session", "/session/", "/session/nowhere", "/session/session/auth/me", "/sessions"]) {
      assert.equal((await caller.send("GET", path, { elsewhere: true })).status, 404, path);
    }
  });

  scenario("either opens what both share, and sees the sessions of both kinds", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "lists");
    await login(sessionBeside, page, email);
    for (const caller of [app, page]) {
      assert.equal(await profileCode(caller), "good");
      assert.equal((await caller.send("GET", "/session/auth/me")).json()["email"], email);
      const [first, second] = [await listed(caller, tokenBeside), await listed(caller, sessionBeside)];
      assert.deepEqual(first, second);
      assert.equal(first.length, 2);
      assert.equal(first.findIndex((one) => one["current"] === true), caller === app ? 1 : 0, "the newest is first");
    }
    const csrf = await app.send("GET", "/session/auth/csrf");
    assert.equal(csrf.code, "token_missing", "a token needs no other");
  });

  scenario("a request with both is judged by its token alone", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    const ana = await register(tokenBeside, app, "ana");
    const ben = await register(sessionBeside, page, "ben");
    const cookies: [string, string] = ["Cookie", page.cookieHeader()];
    const asks: [string, string, object][] = [
      ["GET", "/auth/profile", {}],
      ["GET", "/session/auth/me", {}],
      ["PATCH", "/auth/profile", { json: { fullName: "Ana" } }],
    ];
    for (const [method, path, body] of asks) {
      // The token against cross-site requests is not asked for.
      const both = await arrive().send(method, path, { ...body, headers: [cookies, ["Authorization", bearer(app)]] });
      assert.equal(both.json()["email"], ana.email, path);
      for (const line of ["Bearer nonsense", "Bearer", `${bearer(app)}x`]) {
        const refused = await arrive().send(method, path, { ...body, headers: [cookies, ["Authorization", line]] });
        assert.equal(refused.code, "token_invalid", `${path} ${line.slice(0, 15)}`);
        assert.equal(refused.header("set-cookie"), undefined, "the cookie was not looked at");
      }
    }
    await app.send("POST", tokenBeside.paths.logout);
    const revoked = await arrive().send("GET", "/auth/profile", { headers: [cookies, ["Authorization", bearer(app)]] });
    assert.equal(revoked.code, "token_revoked");
    const proxied = await page.send("GET", "/auth/profile", { headers: [["Authorization", "Basic YTpi"]] });
    assert.equal(proxied.json()["email"], ben.email, "the password of a proxy is for nobody here");
  });

  scenario("a token is no ambient right, so pages of other sites may use it where no cookie counts", async (arrive) => {
    const { caller } = await register(tokenBeside, arrive(), "ambient");
    const headers: [string, string][] = [["Origin", "https://evil.example"], ["Sec-Fetch-Site", "cross-site"]];
    const changed = await caller.send("PATCH", "/auth/profile", { json: { fullName: "Ana" }, headers });
    assert.equal(changed.status, 200);
    for (const operation of operations.filter((one) => one.path.startsWith("/session/") && one.method !== "GET")) {
      const json = operation.example;
      const answer = await caller.send(operation.method, operation.pathTo(nobody), { json, headers });
      assert.equal(answer.code, "cross_site", operation.name);
    }
    const opened = await caller.send("POST", tokenBeside.paths.login, { json: { email: "a@example.com" }, headers });
    assert.equal(opened.code, "invalid_input", "what a page of another site learns there, it could ask for itself");
  });

  scenario("a log-out of a page ends its session, and no token", async (arrive) => {
    const [app, page, second] = [arrive(), arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "pageout");
    await login(sessionBeside, page, email);
    await login(sessionBeside, second, email);
    const out = await page.send("POST", "/session/auth/logout");
    assert.equal(out.status, 204);
    assert.deepEqual(cookieLines(out), { session: gone.session, csrf: gone.csrf });
    assert.deepEqual([await profileCode(app), await profileCode(second)], ["good", "good"]);
    assert.equal((await app.send("POST", "/auth/refresh")).status, 200);
  });

  scenario("a log-out of a token ends everything or its own session, whatever opened the others", async (arrive) => {
    const [app, phone, page] = [arrive(), arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "tokenout");
    await login(tokenBeside, phone, email);
    await login(sessionBeside, page, email);
    const one = await phone.send("POST", "/auth/logout", { json: { scope: "session" } });
    assert.deepEqual(cookieLines(one), { refresh_token: gone.refresh_token });
    const states = async () => [await profileCode(app), await profileCode(phone), await profileCode(page)];
    assert.deepEqual(await states(), ["good", "token_revoked", "good"]);
    assert.equal((await app.send("POST", "/auth/logout")).status, 200);
    assert.deepEqual(await states(), ["token_revoked", "token_revoked", "session_ended"]);
    assert.equal(page.cookies.size, 0, "a dead cookie is taken along");
  });

  scenario("either may use the log-out of the other, and loses what it came with", async (arrive) => {
    const [app, second, page] = [arrive(), arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "crossed");
    await login(tokenBeside, second, email);
    await login(sessionBeside, page, email);
    const short = await app.send("POST", "/session/auth/logout");
    assert.equal(short.status, 204);
    assert.deepEqual(cookieLines(short), { refresh_token: gone.refresh_token });
    const states = async () => [await profileCode(app), await profileCode(second)];
    assert.deepEqual(await states(), ["token_revoked", "good"], "the session of the token alone");
    const unproved = await page.send("POST", "/auth/logout", { headers: [["X-CSRF-Token", "x"]] });
    assert.equal(unproved.code, "csrf_invalid");
    const full = await page.send("POST", "/auth/logout");
    assert.equal(full.status, 200);
    assert.deepEqual(cookieLines(full), { session: gone.session, csrf: gone.csrf });
    assert.deepEqual(await states(), ["token_revoked", "token_revoked"], "all of them");
  });

  scenario("in one browser the two are two sessions, and a log-in touches only its own kind", async (arrive) => {
    const browser = arrive();
    const { email } = await register(tokenBeside, browser, "mixed");
    browser.usual.delete("Authorization");
    await login(sessionBeside, browser, email);
    assert.deepEqual([...browser.cookies.keys()], ["refresh_token", "session", "csrf"]);
    const former = browser.cookieHeader();
    const again = await browser.send("POST", tokenBeside.paths.login, { json: { email, password } });
    assert.deepEqual(Object.keys(cookieLines(again)), ["refresh_token"]);
    assert.equal(await profileCode(browser), "good", "the cookie of pages is as it was");
    await login(sessionBeside, browser, email);
    const replaced = await arrive().send("GET", "/auth/profile", { headers: [["Cookie", former]] });
    assert.equal(replaced.code, "session_ended", "but not when pages log in");

    const ended = await browser.send("DELETE", "/auth/refresh");
    assert.deepEqual(cookieLines(ended), { refresh_token: gone.refresh_token });
    assert.equal(await profileCode(browser), "good");
    assert.equal((await browser.send("POST", "/auth/refresh")).code, "refresh_missing", "a session cookie is no help");
  });

  scenario("the secret of one kind is worth nothing as the other", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    await register(tokenBeside, app, "secrets");
    await register(sessionBeside, page, "secrets");
    const [refresh, session] = [app.cookies.get("refresh_token") ?? "", page.cookies.get("session") ?? ""];
    const asked = async (method: string, path: string, name: string, value: string) =>
      (await arrive().send(method, path, { headers: [[name, value]] })).code;
    assert.equal(await asked("GET", "/auth/profile", "Cookie", `session=${refresh}`), "session_invalid");
    assert.equal(await asked("POST", "/auth/refresh", "Cookie", `refresh_token=${session}`), "refresh_invalid");
    assert.equal(await asked("GET", "/auth/profile", "Authorization", `Bearer ${session}`), "token_invalid");
    assert.equal(await asked("GET", "/auth/profile", "Authorization", `Bearer ${refresh}`), "token_invalid");
    const [, token = ""] = bearer(app).split(" ");
    assert.equal(await asked("GET", "/auth/profile", "Cookie", `session=${token}`), "session_invalid");
  });

  scenario("a new password is answered in kind, and ends the sessions of both", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "password");
    await login(sessionBeside, page, email);
    const asked = (caller: Caller, currentPassword: string, newPassword: string) =>
      caller.send("POST", "/auth/password/change", { json: { currentPassword, newPassword } });
    const pair = await asked(app, password, other);
    assert.deepEqual([pair.status, Object.keys(cookieLines(pair))], [200, ["refresh_token"]]);
    tokenBeside.keep(app, pair);
    assert.deepEqual([await profileCode(app), await profileCode(page)], ["good", "session_ended"]);
    await login(sessionBeside, page, email, other);
    const opened = await asked(page, other, password);
    assert.deepEqual([opened.status, Object.keys(cookieLines(opened))], [200, ["session", "csrf"]]);
    sessionBeside.keep(page, opened);
    assert.deepEqual([await profileCode(app), await profileCode(page)], ["token_revoked", "good"]);
  });

  scenario("either ends single sessions of the other kind, and all others", async (arrive) => {
    const [app, page, second] = [arrive(), arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "ends");
    await login(sessionBeside, page, email);
    const current = (all: Json[]) => String(all.find((one) => one["current"] === true)?.["id"]);
    const [ofApp, ofPage] = [current(await listed(app, tokenBeside)), current(await listed(page, sessionBeside))];
    assert.equal((await app.send("DELETE", `/auth/sessions/${ofPage}`)).status, 204);
    assert.equal(await profileCode(page), "session_ended");
    await login(sessionBeside, page, email);
    const ended = await page.send("POST", `/session/sessions/${ofApp}/revoke`);
    assert.deepEqual([ended.status, ended.header("set-cookie")], [204, undefined]);
    assert.equal(await profileCode(app), "token_revoked");
    await login(tokenBeside, app, email);
    await login(sessionBeside, second, email);
    assert.deepEqual((await page.send("POST", "/session/sessions/revoke-others")).json(), { ended: 2 });
    assert.deepEqual([await profileCode(app), await profileCode(second)], ["token_revoked", "session_ended"]);
  });

  scenario("a refresh token that comes back ends the sessions of pages too", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    const { email } = await register(tokenBeside, app, "stolen");
    await login(sessionBeside, page, email);
    const stolen: [string, string] = ["Cookie", app.cookieHeader()];
    await app.send("POST", "/auth/refresh");
    const replayed = await arrive().send("POST", "/auth/refresh", { headers: [stolen] });
    assert.equal(replayed.code, "refresh_reused");
    assert.equal(await profileCode(page), "session_ended");
  });

  scenario("a change of roles ends tokens, and pages go on with the new ones", async (arrive) => {
    const [app, page] = [arrive(), arrive()];
    const { email, id } = await register(tokenBeside, app, "roles");
    await login(sessionBeside, page, email);
    const boss = await asAdministrator(sessionBeside, arrive());
    assert.equal((await boss.send("PUT", `/admin/users/${id}/roles`, { json: { roles: [] } })).status, 200);
    assert.equal(await profileCode(app), "token_revoked");
    assert.deepEqual((await page.send("GET", "/auth/profile")).json()["roles"], []);
  });

  scenario("log-ins and registrations of both kinds are counted together", async (arrive) => {
    const { logins, registrations } = tokenBeside.limits;
    for (const [count, name] of [[logins, "login"], [registrations, "register"]] as const) {
      const caller = arrive();
      for (let number = 1; number <= count; number += 1) {
        const profile = number % 2 === 0 ? tokenBeside : sessionBeside;
        const answer = await caller.send("POST", profile.paths[name], { json: { email: newEmail("many"), password } });
        assert.notEqual(answer.status, 429, `number ${number}`);
      }
      for (const profile of [tokenBeside, sessionBeside]) {
        const json = { email: newEmail("many"), password };
        isLimited(await caller.send("POST", profile.paths[name], { json }), 60);
      }
    }
  });

  scenario("behind https every cookie says so in its name", async (arrive) => {
    const guest = arrive(facts.hardened);
    const email = newEmail("https");
    await guest.send("POST", tokenBeside.paths.register, { json: { email, password } });
    const { token } = await guest.mail(email, "/verify-email");
    const proved = await guest.send("POST", sessionBeside.paths.verify, { json: { token, password } });
    assert.equal(proved.status, 204, "a link of one is good for the other");
    for (const profile of [tokenBeside, sessionBeside]) {
      await guest.send("POST", profile.paths.login, { json: { email, password } });
    }
    assert.deepEqual([...guest.cookies.keys()], ["__Secure-refresh_token", "__Host-session", "__Host-csrf"]);
  });
}
