// Paths and methods that there are, and that there are not.
import assert from "node:assert/strict";

import { operations } from "./document.js";
import { newEmail } from "./facts.js";
import { asAdministrator, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import type { Answer } from "./wire.js";

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function allow(answer: Answer): string[] {
  const names = (answer.header("allow") ?? "").split(",").map((name) => name.trim());
  return names.sort();
}

export function methodsAndPaths(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const paths = [...new Set(operations.map((operation) => operation.path))];

  scenario("a method that a route lacks is refused with those that it has", async (arrive) => {
    const caller = arrive();
    for (const path of paths) {
      const has = operations.filter((operation) => operation.path === path).map((operation) => operation.method);
      const target = path.replaceAll(/\{\w+\}/g, "x");
      const known = has.includes("GET") ? [...has, "HEAD"] : has;
      const isPage = operations.some((operation) => operation.path === path && operation.isPage);
      // Applications that share a log-in may ask about any route, so there OPTIONS is one of its methods.
      const asked = methods.filter((name) => name !== "OPTIONS" || isPage || !profile.isShared);
      for (const method of asked.filter((name) => !has.includes(name))) {
        const answer = await caller.send(method, target);
        assert.equal(answer.status, 405, `${method} ${path}`);
        if (answer.header("content-type") === "application/json") {
          assert.equal(answer.code, "method_not_allowed");
        }
        assert.deepEqual(allow(answer), [...known].sort(), `${method} ${path}`);
      }
      if (!has.includes("GET")) {
        assert.equal((await caller.send("HEAD", target)).status, 405, `HEAD ${path}`);
      }
    }
  });

  scenario("a path that does not exist is told as it was written, without its query", async (arrive) => {
    const caller = arrive();
    const unknown = [
      "/auth/",
      "/auth/nowhere",
      "/auth/login/",
      "/auth/login/x",
      "/auth/login%2Fx",
      "/auth/%6cogin/x",
      "/auth/login%00",
      "/auth/Login",
      "/auth/a%20b/%C3%A9",
    ];
    for (const path of unknown) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const answer = await caller.send(method, `${path}?token=secret`);
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.equal(answer.code, "not_found");
        assert.equal(answer.header("allow"), undefined);
        assert(!answer.text.includes("secret"));
      }
      assert.equal((await caller.send("HEAD", path)).status, 404, `HEAD ${path}`);
    }
  });

  // Beside the service an application says in its own words that there is nothing.
  scenario("no other spelling of a path reaches the service", async (arrive) => {
    const caller = arrive();
    const json = { email: newEmail("nobody"), password: "something" };
    for (const path of ["/", "/AUTH/LOGIN", "/auth//login", "//auth/login", "/./auth/login", "/auth", "/health", "/admin"]) {
      const answer = await caller.send("POST", path, { json, elsewhere: true });
      assert.equal(answer.status, 404, path);
    }
  });

  scenario("HEAD is GET without the body", async (arrive) => {
    const { caller, id } = await register(profile, arrive(), "head");
    const admin = await asAdministrator(profile, arrive());
    for (const operation of operations.filter((one) => one.method === "GET")) {
      const who = operation.path.startsWith("/admin") ? admin : caller;
      const get = await who.send("GET", operation.pathTo(id));
      const head = await who.send("HEAD", operation.pathTo(id));
      // Only a page that has nothing to confirm is no success without more.
      assert.equal(get.status, operation.path === "/confirm-email" ? 400 : 200, operation.name);
      assert.equal(head.status, get.status, operation.name);
      for (const name of ["content-type", "cache-control", "etag", "content-disposition", "www-authenticate"]) {
        assert.equal(head.header(name), get.header(name), `${name} of ${operation.name}`);
      }
      const stranger = await arrive().send("HEAD", operation.pathTo(id));
      assert.equal(stranger.status, operation.isClosed ? 401 : get.status, operation.name);
      assert.equal(stranger.header("www-authenticate"), operation.isClosed ? "Bearer" : undefined);
    }
  });

  scenario("a method override is not obeyed", async (arrive) => {
    const { caller } = await register(profile, arrive(), "override");
    const answer = await caller.send("POST", "/auth/account?_method=DELETE", {
      headers: [["X-HTTP-Method-Override", "DELETE"]],
    });
    assert.equal(answer.code, "method_not_allowed");
    assert.equal((await caller.send("GET", "/auth/profile")).status, 200);
  });

  scenario("a request keeps the id that a proxy gave it, if that is one", async (arrive) => {
    const id = "0190a6c0-7b1e-7c3a-9d2f-3b5c7d9e1f20";
    const kept = await arrive().send("GET", "/auth/profile", { headers: [["X-Request-Id", id]] });
    assert.equal(kept.header("x-request-id"), id);
    assert.equal(kept.json()["requestId"], id);
    for (const path of ["/auth/profile", "/health/live", "/auth/nowhere"]) {
      const other = await arrive().send("GET", path, { headers: [["X-Request-Id", "not an id"]] });
      assert.match(other.header("x-request-id") ?? "", /^[0-9a-f]{8}-/);
    }
  });

  scenario("a refusal never repeats the query", async (arrive) => {
    for (const path of ["/auth/login", "/auth/register", "/auth/logout"]) {
      const answer = await arrive().send("POST", `${path}?password=secret`);
      assert(answer.status >= 400);
      assert(!answer.text.includes("secret"));
    }
  });
}
