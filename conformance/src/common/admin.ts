// Administrators.
import assert from "node:assert/strict";

import { operations } from "./document.js";
import { asAdministrator, register, type Profile } from "./profile.js";
import type { SharedPaths } from "./shared.js";
import { scenariosOf } from "./suite.js";

const nobody = "01900000-0000-7000-8000-000000000000";

export function admin(profile: Profile): void {
  const scenario = scenariosOf<SharedPaths>(profile);
  const reserved = operations.filter((operation) => operation.path.startsWith("/admin/"));

  scenario("whoever is no administrator learns nothing from their routes", async (arrive) => {
    const { caller, id } = await register(profile, arrive(), "curious");
    for (const operation of reserved) {
      for (const one of [id, nobody, "nonsense"]) {
        const answer = await caller.send(operation.method, operation.pathTo(one), { json: { roles: ["admin"] } });
        assert.equal(answer.code, "forbidden", operation.name);
      }
    }
  });

  scenario("an administrator sees and changes the roles of others, at once", async (arrive) => {
    const [boss, guest] = [arrive(), arrive()];
    await asAdministrator(profile, boss);
    const { id } = await register(profile, guest, "promoted");
    const { data: known } = await boss.api.GET("/admin/roles");
    assert.deepEqual(known?.roles.map((role) => role.name).sort(), ["admin", "user"]);
    const path = { params: { path: { id } } };
    assert.deepEqual((await boss.api.GET("/admin/users/{id}/roles", path)).data, { roles: ["user"] });
    const none = await boss.api.PUT("/admin/users/{id}/roles", { ...path, body: { roles: [] } });
    assert.deepEqual(none.data, { roles: [] });
    const seen = await guest.send("GET", "/auth/profile");
    if (profile.name === "token") {
      assert.equal(seen.code, "token_revoked", "a token with the old roles is worth nothing");
    } else {
      assert.deepEqual(seen.json()["roles"], [], "the session goes on with the new ones");
    }
    const again = await boss.api.PUT("/admin/users/{id}/roles", { ...path, body: { roles: ["user", "user"] } });
    assert.deepEqual(again.data, { roles: ["user"] });
  });

  scenario("a change of roles that may not be is refused", async (arrive) => {
    const boss = arrive();
    await asAdministrator(profile, boss);
    const { id } = await register(profile, arrive(), "kept");
    const own = String((await boss.send("GET", "/auth/profile")).json()["id"]);
    const cases: [string, unknown, string][] = [
      [id, { roles: ["nowhere"] }, "unknown_role"],
      [id, { roles: ["admin"] }, "role_reserved"],
      [id, { roles: ["NOT A NAME"] }, "invalid_input"],
      [id, { roles: "user" }, "invalid_input"],
      [id, { roles: [7] }, "invalid_input"],
      [id, { roles: Array.from({ length: 101 }, () => "user") }, "invalid_input"],
      [id, {}, "invalid_input"],
      [own, { roles: ["user"] }, "own_roles"],
      [nobody, { roles: ["user"] }, "not_found"],
      ["nonsense", { roles: ["user"] }, "not_found"],
    ];
    for (const [whose, json, code] of cases) {
      const answer = await boss.send("PUT", `/admin/users/${whose}/roles`, { json });
      assert.equal(answer.code, code, `${JSON.stringify(json).slice(0, 60)}: ${answer.text}`);
    }
    for (const path of [`/admin/users/${nobody}/roles`, "/admin/users/nonsense/roles"]) {
      assert.equal((await boss.send("GET", path)).code, "not_found");
    }
    const { data } = await boss.api.GET("/admin/users/{id}/roles", { params: { path: { id } } });
    assert.deepEqual(data, { roles: ["user"] }, "nothing has changed");
  });

  scenario("an administrator vouches for addresses", async (arrive) => {
    const boss = arrive();
    await asAdministrator(profile, boss);
    const { id } = await register(profile, arrive(), "vouched");
    const path = { params: { path: { id } } };
    const before = await boss.api.GET("/admin/users/{id}/verification-status", path);
    assert.deepEqual(before.data, { id, emailVerified: false, emailVerifiedAt: null });
    const vouched = await boss.api.POST("/admin/verify-users", { body: { userIds: [id] } });
    assert.deepEqual(vouched.data, { verified: 1 });
    const again = await boss.api.POST("/admin/verify-users", { body: { userIds: [id] } });
    assert.deepEqual(again.data, { verified: 0 });
    const after = await boss.api.GET("/admin/users/{id}/verification-status", path);
    assert.equal(after.data?.emailVerified, true);
    for (const json of [{}, { userIds: "x" }, { userIds: Array.from({ length: 101 }, () => id) }]) {
      assert.equal((await boss.send("POST", "/admin/verify-users", { json })).code, "invalid_input");
    }
    assert.equal((await boss.send("POST", "/admin/verify-users", { json: { userIds: [nobody] } })).code, "not_found");
    const missing = await boss.send("GET", `/admin/users/${nobody}/verification-status`);
    assert.equal(missing.code, "not_found");
  });
}
