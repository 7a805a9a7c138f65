import assert from "node:assert/strict";

import { operations } from "./document.js";
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

/** What differs between access tokens and session cookies, and between servers, where a test is about neither. */
export interface Profile {
  /** What a log-in brings: an access token with a refresh cookie, or a session cookie. */
  name: "token" | "session";
  /** Begins the names of scenarios where both are tried on one server. */
  title: string;
  /** Where that which does the same in all profiles is. */
  paths: Paths;
  /** Where the path of an operation of the profile's own document is on this server. */
  at(path: string): string;
  limits: Limits;
  /** Whether other applications share the log-in (`mode = "sso_server"`). */
  isShared: boolean;
  /** Notes what an answer brought that opened a session. */
  keep(caller: Caller, answer: Answer): void;
}

type Paths = Record<
  | "register"
  | "login"
  | "reactivate"
  | "logout"
  | "sessions"
  | "requestReset"
  | "completeReset"
  | "requestVerification"
  | "verify",
  string
>;

/** The defaults that depend on `http.profile`: how many pass, and times in seconds. */
interface Limits {
  logins: number;
  registrations: number;
  /** Wrong passwords for one account until the next one waits. */
  guesses: number;
  /** In which time mails and links of mails are counted. */
  mailWindow: number;
  linkWindow: number;
}

export const token: Profile = {
  name: "token",
  title: "",
  paths: {
    register: "/auth/register",
    login: "/auth/login",
    reactivate: "/auth/account/reactivate",
    logout: "/auth/logout",
    sessions: "/auth/sessions",
    requestReset: "/auth/password-reset/request",
    completeReset: "/auth/password-reset/complete",
    requestVerification: "/auth/verify-email/resend",
    verify: "/auth/verify-email",
  },
  at: (path) => path,
  limits: { logins: 5, registrations: 3, guesses: 10, mailWindow: 3600, linkWindow: 60 },
  isShared: false,
  keep(caller, answer) {
    caller.usual.set("Authorization", `Bearer ${String(answer.json()["accessToken"])}`);
  },
};

export const session: Profile = {
  name: "session",
  title: "",
  paths: {
    register: "/auth/register",
    login: "/auth/login",
    reactivate: "/auth/account/reactivate",
    logout: "/auth/logout",
    sessions: "/sessions",
    requestReset: "/auth/request-reset",
    completeReset: "/auth/reset-password",
    requestVerification: "/auth/request-verify",
    verify: "/auth/verify",
  },
  at: (path) => path,
  limits: { logins: 10, registrations: 5, guesses: 5, mailWindow: 300, linkWindow: 300 },
  isShared: false,
  keep(caller) {
    caller.usual.set("X-CSRF-Token", caller.cookies.get("csrf") ?? "");
  },
};

/** Tokens with `http.profile = "both"`. */
export const tokenBeside: Profile = { ...token, title: "with a token, " };

/** Cookies with `http.profile = "both"`: what is theirs alone is below `/session`, with the limits of tokens. */
export const sessionBeside: Profile = {
  ...session,
  title: "with a cookie, ",
  paths: Object.fromEntries(Object.entries(session.paths).map(([name, path]) => [name, `/session${path}`])) as Paths,
  at: (path) => (operations.some((operation) => operation.isAt(`/session${path}`)) ? `/session${path}` : path),
  limits: token.limits,
};

/** A server for single sign-on. */
export const sharedToken: Profile = { ...token, isShared: true };

/** Registers somebody whom nobody has met. */
export async function register(profile: Profile, caller: Caller, name: string): Promise<Person> {
  const email = newEmail(name);
  const answer = await caller.send("POST", profile.paths.register, { json: { email, password } });
  assert.equal(answer.status, 201, answer.text);
  profile.keep(caller, answer);
  const body = answer.json();
  return { caller, email, id: String(((body["user"] as Json | undefined) ?? body)["id"]) };
}

/** Logs in; whoever comes gets a session of its own. */
export async function login(profile: Profile, caller: Caller, email: string, secret = password): Promise<void> {
  const answer = await caller.send("POST", profile.paths.login, { json: { email, password: secret } });
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
  const sessions = JSON.parse((await person.caller.send("GET", profile.paths.sessions)).text) as Json[];
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

