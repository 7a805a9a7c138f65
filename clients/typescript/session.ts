// The life of an account with session cookies, through a client made of docs/openapi/session.json:
//
//   node built/session.js http://127.0.0.1:3000
import assert from "node:assert/strict";
import createClient, { type Middleware } from "openapi-fetch";

import { Jar } from "./jar.js";
import type { paths } from "./session-api.js";

const [, , baseUrl = "http://127.0.0.1:3000"] = process.argv;
const jar = new Jar();
/** What a page of the application does: it repeats the cookie in a header. */
const repeatToken: Middleware = {
  onRequest({ request }) {
    const token = jar.cookies.get("csrf");
    if (token !== undefined && request.method !== "GET") {
      request.headers.set("X-CSRF-Token", token);
    }
    return request;
  },
};
const client = createClient<paths>({ baseUrl });
client.use(jar, repeatToken);

const email = `ana.${Date.now()}@example.com`;
const password = "correct horse battery staple";

const registered = await client.POST("/auth/register", { body: { email, password } });
assert.equal(registered.response.status, 201);
assert(registered.data && "emailVerified" in registered.data);

const me = await client.GET("/auth/me");
assert.equal(me.data?.email, email);
assert.deepEqual(me.data?.roles, ["user"]);

const token = jar.cookies.get("csrf");
jar.cookies.delete("csrf");
const forged = await client.POST("/sessions/revoke-others");
assert.equal(forged.error?.code, "csrf_invalid");
const csrf = await client.GET("/auth/csrf");
assert.equal(csrf.data?.csrfToken, jar.cookies.get("csrf"));
assert(token);

const ended = await client.POST("/sessions/revoke-others");
assert.equal(ended.data?.ended, 0);
const sessions = await client.GET("/sessions");
assert.equal(sessions.data?.length, 1);

const changed = await client.POST("/auth/password/change", {
  body: { currentPassword: password, newPassword: "a wholly different password" },
});
// Whoever came with a token gets a token, whoever came with a cookie a cookie; the types know both.
assert(changed.data && "emailVerified" in changed.data);

const loggedOut = await client.POST("/auth/logout");
assert.equal(loggedOut.response.status, 204);
const refused = await client.GET("/auth/me");
assert.equal(refused.error?.code, "token_missing");

console.log("session cookies: the typed client and the server agree");
