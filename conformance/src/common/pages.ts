// The pages that links of mails open.
import assert from "node:assert/strict";

import { newEmail, password } from "./facts.js";
import { login, register, type Profile } from "./profile.js";
import { scenariosOf } from "./suite.js";
import { announced, type Answer } from "./wire.js";

const otherPassword = "a wholly different password";
const html = "text/html; charset=utf-8";
const dead = "0c9f6e0a-5d1b-4c7e-9a3f-2b8d4e6f1a70.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

function isPage(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.header("content-type"), html);
}

export function pages(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);
  scenario("opening a link changes nothing, sending its form does", async (arrive) => {
    const { email, caller } = await register(profile, arrive(), "page");
    const { token } = await caller.mail(email, "/verify-email");
    const browser = arrive();
    for (const _ of [1, 2]) {
      isPage(await browser.send("GET", `/verify-email?token=${token}`), 200);
    }
    assert.equal((await caller.send("GET", "/auth/profile")).json()["emailVerified"], false);
    isPage(await browser.send("POST", "/verify-email", { form: { token } }), 200);
    isPage(await browser.send("POST", "/verify-email", { form: { token } }), 400);
    await login(profile, caller, email);
    assert.equal((await caller.send("GET", "/auth/profile")).json()["emailVerified"], true);
  });

  scenario("a form asks for a link to reset the password, another one resets it", async (arrive) => {
    const { email, caller } = await register(profile, arrive(), "form");
    const browser = arrive();
    isPage(await browser.send("GET", "/reset-password"), 200);
    isPage(await browser.send("POST", "/reset-password", { form: { email } }), 200);
    const { token } = await caller.mail(email, "/reset-password");
    isPage(await browser.send("GET", `/reset-password?token=${token}`), 200);
    isPage(await browser.send("POST", "/reset-password", { form: { token, newPassword: "short" } }), 400);
    isPage(await browser.send("POST", "/reset-password", { form: { token, newPassword: otherPassword } }), 200);
    isPage(await browser.send("POST", "/reset-password", { form: { token, newPassword: otherPassword } }), 400);
    await login(profile, arrive(), email, otherPassword);
  });

  scenario("a form confirms another address", async (arrive) => {
    const { caller } = await register(profile, arrive(), "formmove");
    const other = newEmail("formmoved");
    const json = { currentPassword: password, newEmail: other };
    assert.equal((await caller.send("POST", "/auth/email/change", { json })).status, 200);
    const { token } = await caller.mail(other, "/confirm-email");
    const browser = arrive();
    isPage(await browser.send("GET", `/confirm-email?token=${token}`), 200);
    isPage(await browser.send("POST", "/confirm-email", { form: { token } }), 200);
    await login(profile, arrive(), other);
  });

  scenario("pages refuse dead links, wrong types and large forms as pages", async (arrive) => {
    for (const path of ["/verify-email", "/reset-password", "/confirm-email"]) {
      const browser = arrive();
      isPage(await browser.send("GET", `${path}?token=${dead}`), 200);
      isPage(await browser.send("GET", `${path}?token=nonsense`), 400);
      isPage(await browser.send("GET", `${path}?token=${dead}&token=${dead}`), 400);
      isPage(await browser.send("POST", path, { form: { token: dead, newPassword: otherPassword } }), 400);
      isPage(await browser.send("POST", path, { json: { token: dead } }), 400);
      const twice: [string, string][] = [["Content-Type", "application/x-www-form-urlencoded"]];
      isPage(await browser.send("POST", path, { body: "token=a&token=b", headers: twice }), 400);
      const length: [string, string] = ["Content-Length", String(16 * 1024 + 1)];
      isPage(await browser.send("POST", path, { body: announced, headers: [...twice, length] }), 413);
      const nowhere: [string, string][] = [["X-Tenant-ID", "nowhere"]];
      isPage(await browser.send("POST", path, { form: { token: dead }, headers: nowhere }), 404);
    }
  });

  scenario("what a form sends is shown, never run", async (arrive) => {
    const email = '"><script>alert(1)</script>@example.com';
    const shown = await arrive().send("POST", "/reset-password", { form: { email } });
    assert(!shown.text.includes("<script>alert"));
    const linked = await arrive().send("GET", "/reset-password?token=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    assert(!linked.text.includes("<script>alert"));
  });
}
