// The own account, whichever way one is logged in.
import assert from "node:assert/strict";

import { newEmail, password } from "./facts.js";
import { login, register, type Profile } from "./profile.js";
import type { SharedPaths } from "./shared.js";
import { scenariosOf } from "./suite.js";

const other = "a wholly different password";

export function account(profile: Profile): void {
  const scenario = scenariosOf<SharedPaths>(profile);
  scenario("a person sees the own account, all of it and nothing else", async (arrive) => {
    const guest = arrive();
    const { id, email } = await register(profile, guest, "profile");
    const { data } = await guest.api.GET("/auth/profile");
    assert(data);
    assert.deepEqual(Object.keys(data), [
      "id",
      "email",
      "fullName",
      "emailVerified",
      "tenantId",
      "roles",
      "createdAt",
      "updatedAt",
    ]);
    assert.deepEqual(
      { ...data, createdAt: "", updatedAt: "" },
      {
        ...{ id, email, fullName: null, emailVerified: false, tenantId: "default", roles: ["user"] },
        ...{ createdAt: "", updatedAt: "" },
      },
    );
  });

  scenario("a profile is changed field by field, and a refused change changes nothing", async (arrive) => {
    const guest = arrive();
    await register(profile, guest, "rename");
    const named = await guest.api.PATCH("/auth/profile", { body: { fullName: "Ana Ω", locale: "pt-BR" } });
    assert.equal(named.data?.fullName, "Ana Ω");
    const same = await guest.api.PATCH("/auth/profile", { body: {} });
    assert.equal(same.data?.fullName, "Ana Ω");
    for (const body of [
      { fullName: 7 },
      { fullName: "a\u0007b" },
      { fullName: "x".repeat(201) },
      { locale: "not a language" },
      { fullName: "Eve", locale: "!" },
    ]) {
      const refused = await guest.send("PATCH", "/auth/profile", { json: body });
      assert.equal(refused.code, "invalid_input", JSON.stringify(body));
    }
    const unknown = { email: "eve@example.com", roles: ["admin"], emailVerified: true, tenantId: "acme", id: "x" };
    const kept = await guest.send("PATCH", "/auth/profile", { json: unknown });
    assert.equal(kept.status, 200, "fields that are not documented have no effect");
    const { data } = await guest.api.GET("/auth/profile");
    assert.equal(data?.fullName, "Ana Ω");
    assert.deepEqual([data?.roles, data?.emailVerified, data?.tenantId], [["user"], false, "default"]);
    const emptied = await guest.api.PATCH("/auth/profile", { body: { fullName: null } });
    assert.equal(emptied.data?.fullName, null);
  });

  scenario("a new password ends every other session and is told by mail", async (arrive) => {
    const [here, there] = [arrive(), arrive()];
    const { email } = await register(profile, here, "password");
    await login(profile, there, email);
    const wrong = await here.send("POST", "/auth/password/change", {
      json: { currentPassword: "something else", newPassword: other },
    });
    assert.equal(wrong.code, "password_incorrect");
    const short = await here.send("POST", "/auth/password/change", {
      json: { currentPassword: password, newPassword: "short" },
    });
    assert.deepEqual(short.json()["message"], ["NewPassword must be at least 8 characters"]);
    const changed = await here.send("POST", "/auth/password/change", {
      json: { currentPassword: password, newPassword: other },
    });
    assert.equal(changed.status, 200);
    profile.keep(here, changed);
    assert.equal((await here.api.GET("/auth/profile")).response.status, 200);
    assert.equal((await there.api.GET("/auth/profile")).response.status, 401);
    await here.mail(email, "/reset-password");
    const old = await arrive().send("POST", profile.paths.login, { json: { email, password } });
    assert.equal(old.code, "invalid_credentials");
    await login(profile, arrive(), email, other);
  });

  scenario("another address counts once its owner has said so", async (arrive) => {
    const guest = arrive();
    const { email } = await register(profile, guest, "moving");
    const newOne = newEmail("moved");
    const taken = await register(profile, arrive(), "taken");
    const cases: [Record<string, string>, string][] = [
      [{ currentPassword: "something else", newEmail: newOne }, "password_incorrect"],
      [{ currentPassword: password, newEmail: "nonsense" }, "invalid_input"],
      [{ currentPassword: password, newEmail: taken.email }, "email_taken"],
      [{ newEmail: newOne }, "invalid_input"],
    ];
    for (const [json, code] of cases) {
      assert.equal((await guest.send("POST", "/auth/email/change", { json })).code, code, code);
    }
    const asked = await guest.api.POST("/auth/email/change", { body: { currentPassword: password, newEmail: newOne } });
    assert.equal(asked.response.status, 200);
    const link = await guest.mail(newOne, "/confirm-email");
    assert.equal((await guest.api.GET("/auth/profile")).data?.email, email, "not before");

    const stranger = arrive();
    const confirmed = await stranger.api.POST("/auth/email/change/confirm", { body: { token: link.token } });
    assert.equal(confirmed.response.status, 200);
    const again = await stranger.api.POST("/auth/email/change/confirm", { body: { token: link.token } });
    assert.equal(again.error?.code, "link_invalid");
    assert.equal((await guest.api.GET("/auth/profile")).response.status, 401, "every session is over");
    await guest.mail(email, "");
    await login(profile, guest, newOne);
    const { data } = await guest.api.GET("/auth/profile");
    assert.deepEqual([data?.email, data?.emailVerified], [newOne, true]);
    const old = await arrive().send("POST", profile.paths.login, { json: { email, password } });
    assert.equal(old.code, "invalid_credentials");
  });

  scenario("an account that is switched off works again when its owner says so", async (arrive) => {
    const guest = arrive();
    const { email } = await register(profile, guest, "pause");
    const wrong = await guest.api.POST("/auth/account/deactivate", { body: { currentPassword: "something else" } });
    assert.equal(wrong.error?.code, "password_incorrect");
    const off = await guest.api.POST("/auth/account/deactivate", { body: { currentPassword: password } });
    assert.equal(off.response.status, 200);
    assert.equal(guest.cookies.size, 0, "no cookie is left");
    assert.equal((await guest.send("GET", "/auth/profile")).status, 401);
    const stranger = arrive();
    const body = { email, password };
    assert.equal((await stranger.send("POST", profile.paths.login, { json: body })).code, "invalid_credentials");
    const guess = { email, password: "something else" };
    assert.equal((await stranger.send("POST", profile.paths.reactivate, { json: guess })).code, "invalid_credentials");
    const on = await stranger.send("POST", profile.paths.reactivate, { json: body });
    assert.equal(on.status, 200);
    profile.keep(stranger, on);
    assert.equal((await stranger.api.GET("/auth/profile")).data?.email, email);
    await login(profile, arrive(), email);
  });

  scenario("an account that is deleted is gone", async (arrive) => {
    const guest = arrive();
    const { email } = await register(profile, guest, "gone");
    const wrong = await guest.api.DELETE("/auth/account", { body: { currentPassword: "something else" } });
    assert.equal(wrong.error?.code, "password_incorrect");
    const missing = await guest.send("DELETE", "/auth/account", { json: {} });
    assert.deepEqual(missing.json()["message"], ["CurrentPassword is required"]);
    const deleted = await guest.api.DELETE("/auth/account", { body: { currentPassword: password } });
    assert.equal(deleted.response.status, 204);
    assert.equal(guest.cookies.size, 0, "no cookie is left");
    assert.equal((await guest.send("GET", "/auth/profile")).status, 401);
    const stranger = arrive();
    for (const path of [profile.paths.login, profile.paths.reactivate]) {
      assert.equal((await stranger.send("POST", path, { json: { email, password } })).code, "invalid_credentials");
    }
    const again = await arrive().send("POST", profile.paths.register, { json: { email, password } });
    assert.equal(again.status, 201, "the address is free");
  });

  scenario("a person takes a copy of everything along", async (arrive) => {
    const guest = arrive();
    guest.usual.set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    const { email, id } = await register(profile, guest, "copy");
    const { data, response } = await guest.api.GET("/auth/account/export");
    assert(data);
    assert.match(response.headers.get("content-disposition") ?? "", /^attachment; filename="[\w.-]+"$/);
    assert.equal(data.user.id, id);
    assert.equal(data.emailWritten, email);
    assert.equal(data.sessions.length, 1);
    assert.equal(data.events.at(0)?.event, "registered");
    const text = JSON.stringify(data);
    assert(!/argon2|hz[rs]_|eyJ/.test(text), "no secret is in it");
  });
}
