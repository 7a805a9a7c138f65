// The life of an account with access tokens, through a client made of docs/openapi/token.json:
//
//   node built/token.js http://127.0.0.1:3000
import assert from "node:assert/strict";
import createClient from "openapi-fetch";

import { Jar } from "./jar.js";
import type { components, paths } from "./token-api.js";

type Failure = components["schemas"]["Error"];

const [, , baseUrl = "http://127.0.0.1:3000"] = process.argv;
const jar = new Jar();
const client = createClient<paths>({ baseUrl });
client.use(jar);

const email = `ana.${Date.now()}@example.com`;
const password = "correct horse battery staple";
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

const registered = await client.POST("/auth/register", { body: { email, password, fullName: "Ana" } });
assert.equal(registered.response.status, 201);
// Registration also answers 202 without a token, where addresses must be proved first; the types know.
assert(registered.data && "accessToken" in registered.data);
assert.equal(registered.data.user.fullName, "Ana");

const again = await client.POST("/auth/register", { body: { email, password } });
assert.equal(again.error?.code, "email_taken");

const short = await client.POST("/auth/register", { body: { email, password: "short" } });
assert.equal(short.error?.code, "invalid_input");
assert.deepEqual(short.error?.message, ["Password must be at least 8 characters"]);

// @ts-expect-error: the field is called `email`
const misspelt = await client.POST("/auth/login", { body: { mail: email, password } });
assert.equal(misspelt.response.status, 400);

const wrong = await client.POST("/auth/login", { body: { email, password: "something else" } });
const failure: Failure | undefined = wrong.error;
assert.equal(failure?.code, "invalid_credentials");
// @ts-expect-error: a code that this route does not have
assert(wrong.error?.code !== "refresh_reused");
assert.equal(wrong.response.headers.get("www-authenticate"), "Bearer");

const loggedIn = await client.POST("/auth/login", { body: { email, password } });
assert(loggedIn.data);
assert.equal(loggedIn.data.user.email, email);
const first = bearer(loggedIn.data.accessToken);

const profile = await client.GET("/auth/profile", first);
assert.equal(profile.data?.id, registered.data.user.id);
const changed = await client.PATCH("/auth/profile", { ...first, body: { fullName: null, locale: "pt-BR" } });
assert.equal(changed.data?.fullName, null);

const refreshed = await client.POST("/auth/refresh");
assert(refreshed.data);
const second = bearer(refreshed.data.accessToken);

const sessions = await client.GET("/auth/sessions", second);
assert.equal(sessions.data?.sessions.length, 2);
const other = sessions.data?.sessions.find((session) => !session.current);
assert(other);
const ended = await client.DELETE("/auth/sessions/{id}", { ...second, params: { path: { id: other.id } } });
assert.equal(ended.response.status, 204);
const gone = await client.DELETE("/auth/sessions/{id}", { ...second, params: { path: { id: other.id } } });
assert.equal(gone.error?.code, "not_found");

const loggedOut = await client.POST("/auth/logout", { ...second, body: { scope: "all" } });
assert.equal(loggedOut.data?.message, "Logged out");
const refused = await client.GET("/auth/profile", second);
assert.equal(refused.error?.code, "token_revoked");
const dead = await client.POST("/auth/refresh");
assert.equal(dead.error?.code, "refresh_missing");

console.log("access tokens: the typed client and the server agree");
