// Limits: n requests pass, the next one is refused, and says for how long.
import assert from "node:assert/strict";

import { operations } from "./document.js";
import { newEmail, password } from "./facts.js";
import { login, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import type { Caller, Extras } from "./visitor.js";
import type { Answer } from "./wire.js";

const dead = "0c9f6e0a-5d1b-4c7e-9a3f-2b8d4e6f1a70.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const minute = 60;

/** Fails unless it is a refusal that does not last longer than a time in seconds. */
export function isLimited(answer: Answer, most: number): void {
  assert.equal(answer.status, 429, answer.text);
  const wait = Number(answer.header("retry-after"));
  assert(Number.isInteger(wait) && wait >= 1 && wait <= most, `Retry-After: ${wait}, at most ${most}`);
  assert.equal(answer.header("set-cookie"), undefined);
}

/** The pauses begin with a second and double; that a slow machine lets the first ones pass by is not a fault. */
async function untilLimited(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask();
  for (let number = 0; answer.status !== 429 && number < 5; number += 1) {
    answer = await ask();
  }
  return answer;
}

interface Limit {
  name: string;
  free: number;
  /** In seconds. */
  window: number;
  ask(caller: Caller): Promise<Answer>;
}

export function limits(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  const { paths, limits } = profile;
  const field = profile.name === "token" ? "newPassword" : "password";
  const post = (path: string, json: () => unknown) => (caller: Caller) => caller.send("POST", path, { json: json() });
  const form = (path: string, fields: () => Record<string, string>) => (caller: Caller) =>
    caller.send("POST", path, { form: fields() });
  const someone = () => ({ email: newEmail("anybody"), password });
  const { logins, registrations, mailWindow, linkWindow } = limits;
  const byForm: Limit = { name: "log-ins by form", free: logins, window: minute, ask: form("/login", someone) };
  const byNetwork: Limit[] = [
    { name: "log-ins", free: logins, window: minute, ask: post(paths.login, someone) },
    ...(profile.isShared ? [byForm] : []),
    { name: "reactivations", free: logins, window: minute, ask: post(paths.reactivate, someone) },
    { name: "registrations", free: registrations, window: minute, ask: post(paths.register, someone) },
    { name: "resets", free: 3, window: mailWindow, ask: post(paths.requestReset, someone) },
    { name: "resets by form", free: 3, window: mailWindow, ask: form("/reset-password", someone) },
    { name: "verifications", free: 3, window: mailWindow, ask: post(paths.requestVerification, someone) },
    { name: "verifications by form", free: 3, window: mailWindow, ask: form("/verify-email", someone) },
    ...[paths.verify, paths.completeReset, "/auth/email/change/confirm"].map((path) => ({
      ...{ name: `links at ${path}`, free: 10, window: linkWindow },
      ask: post(path, () => ({ token: dead, ...(path === paths.completeReset ? { [field]: password } : {}) })),
    })),
    ...["/verify-email", "/reset-password", "/confirm-email"].map((path) => ({
      ...{ name: `links at the page ${path}`, free: 10, window: linkWindow },
      ask: form(path, () => ({ token: dead, newPassword: path === "/confirm-email" ? "" : password })),
    })),
  ];

  for (const { name, free, window, ask } of byNetwork) {
    scenario(`${free} ${name} from one network pass, the next one waits`, async (arrive) => {
      const caller = arrive();
      for (let number = 1; number <= free; number += 1) {
        assert.notEqual((await ask(caller)).status, 429, `number ${number}`);
      }
      isLimited(await ask(caller), window);
      isLimited(await ask(caller), window);
      assert.notEqual((await ask(arrive())).status, 429, "another network is not held up");
    });
  }

  scenario("a network of IPv6 is a /64, and only the proxy says who asks", async (arrive) => {
    const caller = arrive();
    const [high, low] = caller.address.split(".").slice(1, 3);
    const prefix = `2001:db8:${high}:${low}`;
    const from = (address: string) =>
      caller.deliver({
        method: "POST",
        path: paths.register,
        headers: [
          ["X-Forwarded-For", address],
          ["X-Real-IP", address.slice(-9)],
          ["Forwarded", "for=198.51.100.1"],
          ["Content-Type", "application/json"],
        ],
        body: JSON.stringify(someone()),
      });
    for (let number = 0; number < registrations; number += 1) {
      assert.equal((await from(`198.51.100.${number}, ${prefix}::${number + 1}`)).status, 201);
    }
    isLimited(await from(`203.0.113.9, ${prefix}:ffff:ffff:ffff:ffff`), minute);
    isLimited(await from(`${prefix}::1`), minute);
  });

  scenario("requests that cannot be read are not counted", async (arrive) => {
    const caller = arrive();
    for (let number = 0; number < 12; number += 1) {
      assert.equal((await caller.send("POST", paths.login, { json: {} })).code, "invalid_input");
    }
    assert.equal((await caller.send("POST", paths.login, { json: someone() })).code, "invalid_credentials");
  });

  scenario("an account is slowed down, wherever the guesses come from and whether or not it exists", async (arrive) => {
    const { email } = await register(profile, arrive(), "targeted");
    for (const target of [email, newEmail("nobody")]) {
      const json = { email: target, password: "something else" };
      for (let number = 1; number <= limits.guesses; number += 1) {
        const answer = await arrive().send("POST", paths.login, { json });
        assert.equal(answer.code, "invalid_credentials", `number ${number}`);
      }
      isLimited(await untilLimited(() => arrive().send("POST", paths.login, { json, offTheRecord: true })), minute);
    }
  });

  scenario("passwords given again by somebody who is logged in are slowed down", async (arrive) => {
    const wrong = "something else";
    const asks: [string, string, unknown][] = [
      ["POST", "/auth/password/change", { currentPassword: wrong, newPassword: password }],
      ["POST", "/auth/email/change", { currentPassword: wrong, newEmail: newEmail("x") }],
      ["POST", "/auth/account/deactivate", { currentPassword: wrong }],
      ["DELETE", "/auth/account", { currentPassword: wrong }],
    ];
    for (const [method, path, json] of asks) {
      const { caller } = await register(profile, arrive(), "reauth");
      for (let number = 1; number <= 5; number += 1) {
        assert.equal((await caller.send(method, path, { json })).code, "password_incorrect", `number ${number}`);
      }
      isLimited(await untilLimited(() => caller.send(method, path, { json, offTheRecord: true })), minute);
      assert.equal((await caller.send("GET", "/auth/profile")).status, 200, "the session lives on");
    }
  });

  scenario("names of tenants that do not exist are counted, whatever is asked for", async (arrive) => {
    const caller = arrive();
    const unknown = (number: number): Extras => ({ headers: [["X-Tenant-ID", `nowhere-${number}`]] });
    for (let number = 1; number <= 30; number += 1) {
      const answer = await caller.send("POST", paths.login, { json: someone(), ...unknown(number) });
      assert.equal(answer.code, "unknown_tenant", `number ${number}`);
    }
    for (const operation of operations.filter((one) => one.promises("unknown_tenant"))) {
      const json = operation.mediaType === undefined ? {} : { json: operation.example };
      isLimited(await caller.send(operation.method, operation.path, { ...json, ...unknown(31) }), minute);
    }
    await login(profile, caller, (await register(profile, arrive(), "fine")).email);
  });
}
