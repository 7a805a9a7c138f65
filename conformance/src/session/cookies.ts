// Session cookies, the token against cross-site requests, and the list of sessions.
import assert from "node:assert/strict";

import type { paths } from "../../../clients/typescript/session-api.js";
import { operations } from "../common/document.js";
import { facts, newEmail, password } from "../common/facts.js";
import { byToken, login, register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { cookieLines } from "../common/visitor.js";

const month = "Max-Age=2592000";
const set = {
  session: ["HttpOnly", month, "Path=/", "SameSite=Strict"],
  csrf: [month, "Path=/", "SameSite=Strict"],
};
const gone = {
  session: ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Strict"],
  csrf: ["Max-Age=0", "Path=/", "SameSite=Strict"],
};

export function cookies(session: Profile): void {
  const scenario = scenariosOf<paths>(session);

  scenario("registration and log-in bring two cookies and few words", async (arrive) => {
    const guest = arrive();
    const email = newEmail("ana");
    const registered = await guest.api.POST("/auth/register", { body: { email, password } });
    assert.equal(registered.response.status, 201);
    assert(registered.data && "emailVerified" in registered.data);
    assert.deepEqual(Object.keys(registered.data), ["id", "email", "emailVerified"]);
    assert.deepEqual(cookieLines(registered.response), set);
    assert.match(guest.cookies.get("session") ?? "", /^hzs_[\w-]{43}$/);
    assert.match(guest.cookies.get("csrf") ?? "", /^[\w-]{64}$/);

    const loggedIn = await arrive().api.POST("/auth/login", { body: { email, password } });
    assert.equal(loggedIn.response.status, 200);
    assert.deepEqual(loggedIn.data, registered.data);
    assert.deepEqual(cookieLines(loggedIn.response), set);
    assert.equal((await guest.api.GET("/auth/me")).data?.email, email);
  });

  scenario("a log-in never adopts a cookie that was there before, and ends its session", async (arrive) => {
    const [victim, attacker] = [arrive(), arrive()];
    const { email } = await register(session, victim, "fixed");
    await register(session, attacker, "fixer");
    const planted = attacker.cookies.get("session") ?? "";
    const browser = arrive();
    browser.cookies.set("session", planted);
    await login(session, browser, email);
    assert.notEqual(browser.cookies.get("session"), planted);
    assert.equal((await attacker.api.GET("/auth/me")).response.status, 401);
    assert.equal((await victim.api.GET("/auth/me")).response.status, 200);
  });

  scenario("a log-out ends that session and no other", async (arrive) => {
    const [here, there] = [arrive(), arrive()];
    const { email } = await register(session, here, "logout");
    await login(session, there, email);
    const old = here.cookieHeader();
    const { response } = await here.api.POST("/auth/logout");
    assert.equal(response.status, 204);
    assert.deepEqual(cookieLines(response), gone);
    const dead = await arrive().send("GET", session.at("/auth/me"), { headers: [["Cookie", old]] });
    assert.equal(dead.code, "session_ended");
    assert.deepEqual(cookieLines(dead), gone, "a dead cookie is taken along");
    assert.equal((await there.api.GET("/auth/me")).response.status, 200);
    assert.equal((await here.api.POST("/auth/logout")).error?.code, "token_missing");
  });

  const closed = operations.filter((operation) => operation.takes("sessionCookie"));
  const nobody = "01900000-0000-7000-8000-000000000000";

  scenario("no closed route takes the cookie of a session that has ended, or one that never was", async (arrive) => {
    const guest = arrive();
    await register(session, guest, "ended");
    const cookie = guest.cookieHeader();
    const csrf = guest.usual.get("X-CSRF-Token") ?? "";
    await guest.api.POST("/auth/logout");
    const madeUp = `session=hzs_${"A".repeat(43)}`;
    const cases: [string, string][] = [
      [cookie, "session_ended"],
      [madeUp, "session_invalid"],
      ["session=garbage", "session_invalid"],
    ];
    for (const [line, code] of cases) {
      const stranger = arrive();
      for (const operation of closed) {
        const answer = await stranger.send(operation.method, operation.pathTo(nobody), {
          json: operation.example,
          withoutCookies: true,
          headers: [["Cookie", line], ["X-CSRF-Token", csrf]],
        });
        const told = `${operation.name} ${line.slice(0, 12)}: ${answer.text}`;
        // A token fits a session whether or not it lives, and nobody can know that of a made-up one.
        const first = line === madeUp && operation.promises("csrf_invalid");
        assert.equal(answer.code, first ? "csrf_invalid" : code, told);
        if (!first) {
          assert.deepEqual(cookieLines(answer), gone, told);
        }
      }
    }
  });

  scenario("two cookies of the name are none", async (arrive) => {
    const guest = arrive();
    await register(session, guest, "planted");
    const pair = `session=${guest.cookies.get("session")}`;
    for (const headers of [[`${pair}; ${pair}`], [pair, pair]]) {
      const answer = await guest.send("GET", session.at("/auth/me"), {
        withoutCookies: true,
        headers: headers.map((line): [string, string] => ["Cookie", line]),
      });
      assert.equal(answer.code, "session_invalid");
    }
    assert.equal((await guest.api.GET("/auth/me")).response.status, 200);
  });

  scenario("no request that changes something passes without the token that fits the session", async (arrive) => {
    const [guest, other] = [arrive(), arrive()];
    await register(session, guest, "csrf");
    await register(session, other, "csrfother");
    const [own, foreign] = [guest.cookies.get("csrf") ?? "", other.cookies.get("csrf") ?? ""];
    guest.usual.delete("X-CSRF-Token");
    const cookie = `session=${guest.cookies.get("session")}`;
    const cases: [string, string[]][] = [
      [`${cookie}; csrf=${own}`, []],
      [`${cookie}; csrf=${own}`, [foreign]],
      [`${cookie}; csrf=${foreign}`, [foreign]],
      [`${cookie}; csrf=${foreign}`, [own]],
      [`${cookie}; csrf=${own}`, [own, own]],
      [`${cookie}; csrf=${own}`, [own.slice(1)]],
      [`${cookie}; csrf=${own}`, [""]],
      [cookie, ["x"]],
    ];
    for (const operation of operations.filter((one) => one.promises("csrf_invalid"))) {
      for (const [line, tokens] of cases) {
        const answer = await guest.send(operation.method, operation.pathTo(nobody), {
          json: operation.example,
          withoutCookies: true,
          headers: [["Cookie", line], ...tokens.map((token): [string, string] => ["X-CSRF-Token", token])],
        });
        assert.equal(answer.code, "csrf_invalid", `${operation.name} ${tokens.length}`);
      }
    }
    const json = { fullName: "Ana" };
    const headers: [string, string][] = [["Cookie", cookie], ["X-CSRF-Token", own]];
    const good = await guest.send("PATCH", "/auth/profile", { json, withoutCookies: true, headers });
    assert.equal(good.status, 200, "the header alone will do");
  });

  scenario("the token is there for the asking, and one that fits is kept", async (arrive) => {
    const guest = arrive();
    await register(session, guest, "asking");
    const had = guest.cookies.get("csrf") ?? "";
    const kept = await guest.api.GET("/auth/csrf");
    assert.equal(kept.data?.csrfToken, had);
    guest.cookies.set("csrf", "x".repeat(64));
    const { data, response } = await guest.api.GET("/auth/csrf");
    assert(data);
    assert.deepEqual(cookieLines(response), { csrf: set.csrf });
    assert.equal(guest.cookies.get("csrf"), data.csrfToken);
    guest.usual.set("X-CSRF-Token", data.csrfToken);
    assert.equal((await guest.api.PATCH("/auth/profile", { body: {} })).response.status, 200);
  });

  scenario("a bearer token needs no other, and asks for none", async (arrive) => {
    const person = await register(session, arrive(), "bearer");
    const program = arrive();
    await byToken(session, person, program);
    assert.equal((await program.api.PATCH("/auth/profile", { body: { fullName: "Ana" } })).data?.fullName, "Ana");
    const asked = await program.api.GET("/auth/csrf");
    assert.equal(asked.error?.code, "token_missing");
    program.usual.set("Authorization", "Bearer nonsense");
    const headers: [string, string][] = [["Cookie", person.caller.cookieHeader()]];
    const judged = await program.send("GET", session.at("/auth/me"), { headers });
    assert.equal(judged.code, "token_invalid", "it is judged by the token alone");
  });

  scenario("a person sees where they are logged in, and ends it", async (arrive) => {
    const [laptop, phone, tablet] = [arrive(), arrive(), arrive()];
    laptop.usual.set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    const { email } = await register(session, laptop, "devices");
    await login(session, phone, email);
    await login(session, tablet, email);
    const { data } = await laptop.api.GET("/sessions");
    assert.equal(data?.length, 3);
    const current = data?.find((one) => one.current);
    const other = data?.find((one) => !one.current);
    assert(other && current);
    assert.equal(current.device, "Firefox on Linux");
    assert.match(current.ipHash ?? "", /^[0-9a-f]+$/);
    const stranger = arrive();
    await register(session, stranger, "stranger");
    for (const id of [other.id, nobody, "nonsense"]) {
      assert.equal((await stranger.send("POST", session.at(`/sessions/${id}/revoke`))).code, "not_found");
    }
    const one = { params: { path: { id: other.id } } };
    assert.equal((await laptop.api.POST("/sessions/{id}/revoke", one)).response.status, 204);
    assert.equal((await laptop.api.POST("/sessions/{id}/revoke", one)).error?.code, "not_found");
    assert.deepEqual((await laptop.api.POST("/sessions/revoke-others")).data, { ended: 1 });
    assert.deepEqual((await laptop.api.POST("/sessions/revoke-others")).data, { ended: 0 });
    for (const device of [phone, tablet]) {
      assert.equal((await device.api.GET("/auth/me")).error?.code, "session_ended");
    }
    const own = await laptop.api.POST("/sessions/{id}/revoke", { params: { path: { id: current.id } } });
    assert.equal(own.response.status, 204);
    assert.deepEqual(cookieLines(own.response), gone);
  });

  scenario("whoever is logged in asks for another link without naming an address", async (arrive) => {
    const guest = arrive();
    const { email } = await register(session, guest, "link");
    const first = await guest.mail(email, "/verify-email");
    assert.equal((await guest.api.POST("/auth/request-verify")).response.status, 204);
    const second = await guest.mail(email, "/verify-email");
    assert.notEqual(first.token, second.token);
    assert.equal((await arrive().api.POST("/auth/request-verify")).error?.code, "invalid_input");
  });

  scenario("where addresses must be proved, nobody learns who has an account", async (arrive) => {
    const guest = arrive(facts.hardened);
    const email = newEmail("careful");
    const fresh = await guest.api.POST("/auth/register", { body: { email, password } });
    assert.equal(fresh.response.status, 202);
    assert(fresh.data && "requiresVerification" in fresh.data);
    assert.deepEqual([fresh.data.email, fresh.data.verificationSent], [email, true]);
    assert.equal(guest.cookies.size, 0);
    const { token } = await guest.mail(email, "/verify-email");
    const taken = await guest.api.POST("/auth/register", { body: { email, password } });
    assert.equal(taken.response.status, 202);
    const closedDoor = await guest.api.POST("/auth/login", { body: { email, password } });
    assert.equal(closedDoor.error?.code, "email_not_verified");
    const reactivated = await guest.api.POST("/auth/account/reactivate", { body: { email, password } });
    assert.equal(reactivated.error?.code, "email_not_verified");

    const verify = (body: { token: string; password?: string }) => guest.api.POST("/auth/verify", { body });
    assert.equal((await verify({ token })).error?.code, "invalid_input", "the link alone proves nothing");
    assert.equal((await verify({ token, password: "something else" })).error?.code, "password_incorrect");
    assert.equal((await verify({ token, password })).response.status, 204);
    assert.equal(guest.cookies.size, 0, "it logs nobody in");
    const open = await guest.api.POST("/auth/login", { body: { email, password } });
    assert.equal(open.response.status, 200);
    assert.deepEqual(cookieLines(open.response), {
      "__Host-session": ["HttpOnly", month, "Path=/", "SameSite=Strict", "Secure"],
      "__Host-csrf": [month, "Path=/", "SameSite=Strict", "Secure"],
    });
    guest.usual.set("X-CSRF-Token", guest.cookies.get("__Host-csrf") ?? "");
    guest.usual.set("Origin", "https://auth.example.com");
    assert.equal((await guest.api.POST("/auth/logout")).response.status, 204);
  });

  scenario("a password that many people use is refused where they are", async (arrive) => {
    const body = { email: newEmail("weak"), password: "password123" };
    const refused = await arrive(facts.hardened).api.POST("/auth/register", { body });
    assert.equal(refused.error?.code, "invalid_input");
  });
}
