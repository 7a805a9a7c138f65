// Access tokens, log-out and the list of sessions.
import assert from "node:assert/strict";

import type { paths } from "../../../clients/typescript/token-api.js";
import { facts, newEmail, password } from "../common/facts.js";
import { login, register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { opened } from "../common/tokens.js";
import { cookieLines } from "../common/visitor.js";

const cookie = { refresh_token: ["HttpOnly", "Max-Age=604800", "Path=/auth/refresh", "SameSite=Strict"] };
const gone = { refresh_token: ["HttpOnly", "Max-Age=0", "Path=/auth/refresh", "SameSite=Strict"] };

export function access(token: Profile): void {
  const scenario = scenariosOf<paths>(token);

  scenario("registration and log-in bring the account, an access token and a refresh cookie", async (arrive) => {
    const guest = arrive();
    const email = newEmail("ana");
    const body = { email, password, fullName: "Ana Souza" };
    const registered = await guest.api.POST("/auth/register", { body });
    assert.equal(registered.response.status, 201);
    assert.deepEqual(cookieLines(registered.response), cookie);
    assert(registered.data && "accessToken" in registered.data);
    assert.deepEqual(Object.keys(registered.data), ["user", "accessToken"]);

    const loggedIn = await guest.api.POST("/auth/login", { body: { email, password } });
    assert.equal(loggedIn.response.status, 200);
    assert.deepEqual(cookieLines(loggedIn.response), cookie);
    assert.deepEqual(loggedIn.data?.user, registered.data.user);
    assert(!JSON.stringify(loggedIn.data).includes("hzr_"), "the refresh token is in its cookie only");

    const { head, claims } = opened(loggedIn.data?.accessToken ?? "");
    assert.equal(head["typ"], "at+jwt");
    const user = registered.data.user;
    assert.deepEqual(
      [claims["sub"], claims["email"], claims["tenantId"], claims["roles"], claims["iss"], claims["aud"]],
      [user.id, email, "default", ["user"], "horizon-auth", "horizon-api"],
    );
    assert.equal(Number(claims["exp"]) - Number(claims["iat"]), 900);
    assert.match(String(claims["jti"]), /^[0-9a-f-]{36}$/);
    assert.notEqual(claims["sid"], opened(registered.data.accessToken).claims["sid"], "each log-in is a session");
  });

  scenario("a log-out ends every session of the person", async (arrive) => {
    const [here, there] = [arrive(), arrive()];
    const { email } = await register(token, here, "everywhere");
    await login(token, there, email);
    const out = await here.api.POST("/auth/logout", {});
    assert.deepEqual(out.data, { message: "Logged out" });
    assert.deepEqual(cookieLines(out.response), gone);
    for (const device of [here, there]) {
      assert.equal((await device.api.GET("/auth/profile")).error?.code, "token_revoked");
    }
    assert.equal((await there.api.POST("/auth/refresh")).error?.code, "session_ended");
    assert.equal((await here.api.POST("/auth/logout", {})).error?.code, "token_revoked");
  });

  scenario("a log-out of one session ends only that", async (arrive) => {
    const [here, there] = [arrive(), arrive()];
    const { email } = await register(token, here, "here");
    await login(token, there, email);
    const wrong = await here.send("POST", "/auth/logout", { json: { scope: "most" } });
    assert.deepEqual(wrong.json()["message"], ['Scope must be "all" or "session"']);
    const out = await here.api.POST("/auth/logout", { body: { scope: "session" } });
    assert.equal(out.response.status, 200);
    assert.equal((await here.api.GET("/auth/profile")).error?.code, "token_revoked");
    assert.equal((await there.api.GET("/auth/profile")).response.status, 200);
    assert.equal((await there.api.POST("/auth/refresh")).response.status, 200);
  });

  scenario("a person sees where they are logged in, and ends it", async (arrive) => {
    const [laptop, phone, tablet] = [arrive(), arrive(), arrive()];
    laptop.usual.set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    const { email } = await register(token, laptop, "devices");
    await login(token, phone, email);
    await login(token, tablet, email);
    const { data } = await laptop.api.GET("/auth/sessions");
    assert.equal(data?.sessions.length, 3);
    const current = data?.sessions.find((session) => session.current);
    assert.equal(current?.device, "Firefox on Linux");
    assert.match(current?.ipHash ?? "", /^[0-9a-f]+$/);
    const other = data?.sessions.find((session) => !session.current);
    assert(other && current);

    const stranger = arrive();
    await register(token, stranger, "stranger");
    for (const id of [other.id, "01900000-0000-7000-8000-000000000000", "nonsense"]) {
      const answer = await stranger.send("DELETE", `/auth/sessions/${id}`);
      assert.equal(answer.code, "not_found", "somebody else's, one that never was, and no id are the same");
    }
    const one = { params: { path: { id: other.id } } };
    assert.equal((await laptop.api.DELETE("/auth/sessions/{id}", one)).response.status, 204);
    assert.equal((await laptop.api.DELETE("/auth/sessions/{id}", one)).error?.code, "not_found");
    assert.deepEqual((await laptop.api.DELETE("/auth/sessions")).data, { ended: 1 });
    assert.deepEqual((await laptop.api.DELETE("/auth/sessions")).data, { ended: 0 });
    for (const device of [phone, tablet]) {
      assert.equal((await device.api.GET("/auth/profile")).error?.code, "token_revoked");
    }
    const own = await laptop.api.DELETE("/auth/sessions/{id}", { params: { path: { id: current.id } } });
    assert.equal(own.response.status, 204);
    assert.deepEqual(cookieLines(own.response), gone);
    assert.equal((await laptop.api.GET("/auth/profile")).error?.code, "token_revoked");
  });

  scenario("where addresses must be proved, nobody learns who has an account", async (arrive) => {
    const guest = arrive(facts.hardened);
    const email = newEmail("careful");
    const fresh = await guest.api.POST("/auth/register", { body: { email, password } });
    assert.equal(fresh.response.status, 202);
    assert(fresh.data && "requiresVerification" in fresh.data);
    assert.equal(fresh.response.headers.get("set-cookie"), null);
    const { token: link } = await guest.mail(email, "/verify-email");
    const taken = await guest.api.POST("/auth/register", { body: { email, password } });
    assert.equal(taken.response.status, 202);
    const closed = await guest.api.POST("/auth/login", { body: { email, password } });
    assert.equal(closed.error?.code, "email_not_verified");
    const reactivated = await guest.api.POST("/auth/account/reactivate", { body: { email, password } });
    assert.equal(reactivated.error?.code, "email_not_verified");
    const guess = await guest.api.POST("/auth/login", { body: { email, password: "something else" } });
    assert.equal(guess.error?.code, "invalid_credentials");

    const verify = (body: { token: string; password?: string }) => guest.api.POST("/auth/verify-email", { body });
    assert.equal((await verify({ token: link })).error?.code, "invalid_input", "the link alone proves nothing");
    assert.equal((await verify({ token: link, password: "something else" })).error?.code, "password_incorrect");
    assert.equal((await verify({ token: link, password })).response.status, 200);
    const open = await guest.api.POST("/auth/login", { body: { email, password } });
    assert.equal(open.response.status, 200);
    assert.deepEqual(cookieLines(open.response), {
      "__Secure-refresh_token": [
        ...(token.isShared ? ["Domain=example.com"] : []),
        ...["HttpOnly", "Max-Age=604800", "Path=/auth/refresh", "SameSite=Strict", "Secure"],
      ],
    });
    const refreshed = await guest.api.POST("/auth/refresh");
    assert.equal(refreshed.response.status, 200);
    guest.usual.set("Origin", "https://auth.example.com");
    assert.equal((await guest.api.POST("/auth/refresh")).response.status, 200);
  });

  scenario("a password that many people use is refused where they are", async (arrive) => {
    const body = { email: newEmail("weak"), password: "password123" };
    const refused = await arrive(facts.hardened).api.POST("/auth/register", { body });
    assert.equal(refused.error?.code, "invalid_input");
  });
}
