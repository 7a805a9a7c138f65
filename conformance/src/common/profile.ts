import assert from "node:assert/strict";

import { facts, newEmail, password } from "./facts.js";
import { signed } from "./tokens.js";
import type { Caller } from "./visitor.js";
import type { Answer, Json } from "./wire.js";

/** Somebody with an account, logged in: all that the caller sends proves who it is. */
export interface Person {
  caller: Caller;
  email: string;
  id: string;
}

/** What differs between access tokens and session cookies, where a test is about neither. */
export interface Profile {
  name: "token" | "session";
  /** Paths that do the same in both. */
  paths: { requestReset: string; completeReset: string; requestVerification: string; verify: string };
  /** Notes what an answer brought that opened a session. */
  keep(caller: Caller, answer: Answer): void;
}

export const token: Profile = {
  name: "token",
  paths: {
    requestReset: "/auth/password-reset/request",
    completeReset: "/auth/password-reset/complete",
    requestVerification: "/auth/verify-email/resend",
    verify: "/auth/verify-email",
  },
  keep(caller, answer) {
    caller.usual.set("Authorization", `Bearer ${String(answer.json()["accessToken"])}`);
  },
};

export const session: Profile = {
  name: "session",
  paths: {
    requestReset: "/auth/request-reset",
    completeReset: "/auth/reset-password",
    requestVerification: "/auth/request-verify",
    verify: "/auth/verify",
  },
  keep(caller) {
    caller.usual.set("X-CSRF-Token", caller.cookies.get("csrf") ?? "");
  },
};

/** Registers somebody whom nobody has met. */
export async function register(profile: Profile, caller: Caller, name: string): Promise<Person> {
  const email = newEmail(name);
  const answer = await caller.send("POST", "/auth/register", { json: { email, password } });
  assert.equal(answer.status, 201, answer.text);
  profile.keep(caller, answer);
  const body = answer.json();
  return { caller, email, id: String(((body["user"] as Json | undefined) ?? body)["id"]) };
}

/** Logs in; whoever comes gets a session of its own. */
export async function login(profile: Profile, caller: Caller, email: string, secret = password): Promise<void> {
  const answer = await caller.send("POST", "/auth/login", { json: { email, password: secret } });
  assert.equal(answer.status, 200, answer.text);
  profile.keep(caller, answer);
}

/** Logs the administrator in. */
export async function asAdministrator(profile: Profile, caller: Caller): Promise<Caller> {
  await login(profile, caller, facts.admin.email, facts.admin.password);
  return caller;
}

/** An access token of somebody: the one that was handed out or, where none is, one that the server would accept. */
export async function accessToken(profile: Profile, person: Person): Promise<string> {
  const given = person.caller.usual.get("Authorization")?.replace("Bearer ", "");
  if (profile.name === "token" && given !== undefined) {
    return given;
  }
  const sessions = JSON.parse((await person.caller.send("GET", "/sessions")).text) as Json[];
  const { keys } = JSON.parse((await person.caller.send("GET", "/.well-known/jwks.json")).text) as { keys: Json[] };
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ sub: person.id, email: person.email, tenantId: "default", roles: ["user"] },
    ...{ sid: sessions.find((one) => one["current"] === true)?.["id"], epoch: 1, tenantEpoch: 1 },
    ...{ iat: now, exp: now + 900, iss: "horizon-auth", aud: "horizon-api" },
    jti: person.id,
  };
  return signed({ alg: "ES256", kid: keys[0]?.["kid"], typ: "at+jwt" }, claims);
}

/** The same person without cookies, by an access token. */
export async function byToken(profile: Profile, person: Person, other: Caller): Promise<Caller> {
  other.usual.set("Authorization", `Bearer ${await accessToken(profile, person)}`);
  return other;
}

