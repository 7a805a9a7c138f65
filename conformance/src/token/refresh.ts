// Refresh tokens: one trade each.
import assert from "node:assert/strict";

import type { paths } from "../../../clients/typescript/token-api.js";
import { isLimited } from "../common/limits.js";
import { login, register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { cookieLines, type Visitor } from "../common/visitor.js";

const unknown = `hzr_${"A".repeat(43)}`;

/** The refresh cookie, as a header of its own. */
function cookie(visitor: Visitor<paths>): string {
  return visitor.cookies.get("refresh_token") ?? "";
}

function trade(visitor: Visitor<paths>, value: string, headers: [string, string][] = []) {
  return visitor.send("POST", "/auth/refresh", {
    withoutCookies: true,
    headers: [["Cookie", `refresh_token=${value}`], ...headers],
  });
}

export function refresh(token: Profile): void {
  const scenario = scenariosOf<paths>(token);

  scenario("a refresh cookie is traded for a new pair, and both tokens work", async (arrive) => {
    const guest = arrive();
    const { email } = await register(token, guest, "refresh");
    const before = cookie(guest);
    const { data, response } = await guest.api.POST("/auth/refresh");
    assert(data);
    assert.equal(data.user.email, email);
    assert.deepEqual(Object.keys(data), ["user", "accessToken"]);
    assert.notEqual(cookie(guest), before);
    assert.deepEqual(cookieLines(response), {
      refresh_token: ["HttpOnly", "Max-Age=604800", "Path=/auth/refresh", "SameSite=Strict"],
    });
    guest.usual.set("Authorization", `Bearer ${data.accessToken}`);
    assert.equal((await guest.api.GET("/auth/profile")).response.status, 200);
    assert.equal((await guest.api.POST("/auth/refresh")).response.status, 200);
  });

  scenario("a refresh token that comes back ends every session of the person", async (arrive) => {
    const [laptop, phone, thief] = [arrive(), arrive(), arrive()];
    const { email } = await register(token, laptop, "stolen");
    await login(token, phone, email);
    const stolen = cookie(laptop);
    if (token.isShared) {
      // Several applications may use one for seconds, as long as nobody has used what it was traded for.
      await laptop.api.POST("/auth/refresh");
      assert.equal((await trade(arrive(), stolen)).status, 200);
    }
    const { data } = await laptop.api.POST("/auth/refresh");
    laptop.usual.set("Authorization", `Bearer ${data?.accessToken ?? ""}`);
    const replayed = await trade(thief, stolen);
    assert.equal(replayed.code, "refresh_reused");
    assert.deepEqual(cookieLines(replayed), {
      refresh_token: ["HttpOnly", "Max-Age=0", "Path=/auth/refresh", "SameSite=Strict"],
    });
    for (const device of [laptop, phone]) {
      assert.equal((await device.api.GET("/auth/profile")).error?.code, "token_revoked");
      assert.equal((await device.api.POST("/auth/refresh")).error?.code, "session_ended");
      assert.equal(device.cookies.size, 0, "a dead cookie is taken along");
    }
  });

  scenario("the same request repeated with its key gets the same tokens", async (arrive) => {
    const guest = arrive();
    await register(token, guest, "repeat");
    const value = cookie(guest);
    const first = await trade(guest, value, [["Idempotency-Key", "a-key-of-mine"]]);
    const second = await trade(guest, value, [["Idempotency-Key", "a-key-of-mine"]]);
    assert.equal(first.status, 200);
    assert.equal(second.status, 200);
    const secret = (answer: typeof first) => /refresh_token=([^;]+)/.exec(answer.header("set-cookie") ?? "")?.[1];
    assert.equal(secret(second), secret(first));
    const other = await trade(guest, value, [["Idempotency-Key", "another"]]);
    if (token.isShared) {
      assert.equal(secret(other), secret(first), "so does every other one for a few seconds");
    } else {
      assert.equal(other.code, "refresh_reused");
    }
  });

  scenario("no cookie, a foreign one and two of them are refused", async (arrive) => {
    const guest = arrive();
    await register(token, guest, "odd");
    const good = cookie(guest);
    const cases: [string[], string][] = [
      [[], "refresh_missing"],
      [["other=1"], "refresh_missing"],
      [["Refresh_Token=x"], "refresh_missing"],
      [["refresh_token=garbage"], "refresh_invalid"],
      [["refresh_token="], "refresh_invalid"],
      [[`refresh_token=${unknown}`], "refresh_invalid"],
      [[`refresh_token=${good.toUpperCase()}`], "refresh_invalid"],
      [[`refresh_token=${good}; refresh_token=${good}`], "refresh_invalid"],
      [[`refresh_token=${good}`, `refresh_token=${good}`], "refresh_invalid"],
    ];
    for (const [lines, code] of cases) {
      const headers = lines.map((line): [string, string] => ["Cookie", line]);
      const answer = await guest.send("POST", "/auth/refresh", { withoutCookies: true, headers });
      assert.equal(answer.code, code, lines.map((line) => line.split("=")[0]).join());
      assert.equal(answer.header("www-authenticate"), "Bearer");
    }
    const badKey = await trade(guest, good, [["Idempotency-Key", "not a key"]]);
    assert.equal(badKey.code, "invalid_input");
    const among = await guest.send("POST", "/auth/refresh", {
      withoutCookies: true,
      headers: [["Cookie", `a=b; refresh_token=${good}; c="d"`]],
    });
    assert.equal(among.status, 200, "none of them used it up");
  });

  scenario("an access token is no refresh token, and the other way round", async (arrive) => {
    const guest = arrive();
    await register(token, guest, "mixed");
    const access = guest.usual.get("Authorization")?.replace("Bearer ", "") ?? "";
    assert.equal((await trade(guest, access)).code, "refresh_invalid");
    const headers: [string, string][] = [["Authorization", `Bearer ${cookie(guest)}`]];
    assert.equal((await arrive().send("GET", "/auth/profile", { headers })).code, "token_invalid");
  });

  scenario("the cookie alone ends its session, and without one nothing is wrong", async (arrive) => {
    const guest = arrive();
    await register(token, guest, "leave");
    const value = cookie(guest);
    const { response } = await guest.api.DELETE("/auth/refresh");
    assert.equal(response.status, 204);
    assert.equal(guest.cookies.size, 0);
    assert.equal((await trade(guest, value)).code, "session_ended");
    assert.equal((await guest.api.GET("/auth/profile")).error?.code, "token_revoked");
    assert.equal((await arrive().api.DELETE("/auth/refresh")).response.status, 204);
  });

  scenario("10 refreshes from one network pass, the next one waits and costs nobody a session", async (arrive) => {
    const guest = arrive();
    await register(token, guest, "busy");
    for (let number = 1; number <= 10; number += 1) {
      assert.equal((await guest.api.POST("/auth/refresh")).response.status, 200, `number ${number}`);
    }
    isLimited(await guest.send("POST", "/auth/refresh"), 60);
    const elsewhere = await trade(arrive(), cookie(guest));
    assert.equal(elsewhere.status, 200, "the token is still good");
  });
}
