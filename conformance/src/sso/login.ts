// The hosted page that logs people in for applications, and where it sends them.
import assert from "node:assert/strict";

import { facts, newEmail, password, type Server } from "../common/facts.js";
import { register, type Profile } from "../common/profile.js";
import { scenariosOf } from "../common/suite.js";
import { cookieLines, type Caller } from "../common/visitor.js";
import { announced, type Answer } from "../common/wire.js";
import { addresses } from "./addresses.js";
import { sharing } from "./sharing.js";

const html = "text/html; charset=utf-8";
const cookie = { refresh_token: ["HttpOnly", "Max-Age=604800", "Path=/auth/refresh", "SameSite=Strict"] };
const [application = ""] = sharing.origins;
const back = `${application}/orders?page=2#last`;

function isPage(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.header("content-type"), html);
}

function open(caller: Caller, returnTo: string): Promise<Answer> {
  return caller.send("GET", `/login?return_to=${encodeURIComponent(returnTo)}`);
}

/** Where the form of a page may lead beside home, by its field and by its policy. */
function ways(page: Answer): { field: string | undefined; policy: string | undefined } {
  const field = /<input type="hidden" name="return_to" value="([^"]*)">/.exec(page.text)?.[1];
  const policy = /form-action ([^;]*);/.exec(page.header("content-security-policy") ?? "")?.[1];
  return { field: field?.replaceAll("&amp;", "&").replaceAll("&#38;", "&"), policy };
}

export function login(profile: Profile): void {
  const scenario = scenariosOf<object>(profile);

  scenario("somebody logs in and is sent back with a cookie and nothing in the address", async (arrive) => {
    const { email } = await register(profile, arrive(), "back");
    const browser = arrive();
    const answer = await browser.send("POST", "/login", { form: { email, password, return_to: back } });
    assert.equal(answer.status, 303, answer.text);
    assert.equal(answer.header("location"), back);
    assert.equal(answer.text, "");
    assert.deepEqual(cookieLines(answer), cookie);
    const headers: [string, string][] = [["Origin", application], ["Sec-Fetch-Site", "same-site"]];
    const refreshed = await browser.send("POST", "/auth/refresh", { headers });
    assert.equal(refreshed.status, 200);
    profile.keep(browser, refreshed);
    assert.equal((await browser.send("GET", "/auth/profile")).json()["email"], email);
  });

  scenario("whoever came from nowhere stays on the page", async (arrive) => {
    const { email } = await register(profile, arrive(), "stay");
    const browser = arrive();
    const form = await browser.send("GET", "/login");
    isPage(form, 200);
    assert.deepEqual(ways(form), { field: undefined, policy: "'self'" });
    assert.equal(form.header("set-cookie"), undefined);
    const answer = await browser.send("POST", "/login", { form: { email, password } });
    isPage(answer, 200);
    assert.match(answer.text, /You are logged in/);
    assert.equal(answer.header("location"), undefined);
    assert.deepEqual(cookieLines(answer), cookie);
    assert.equal((await browser.send("POST", "/auth/refresh")).status, 200);
  });

  for (const [name, server, table] of [
    ["a server in development", facts.plain, addresses(true)],
    ["a server behind https", facts.hardened, addresses(false)],
  ] as [string, Server, ReturnType<typeof addresses>][]) {
    scenario(`${name} keeps an address that it trusts, and no disguise of another one`, async (arrive) => {
      const browser = arrive(server);
      for (const good of table.good) {
        const page = await open(browser, good);
        isPage(page, 200);
        assert.deepEqual(ways(page), { field: good, policy: `'self' ${new URL(good).origin}` }, good);
      }
      for (const bad of table.bad) {
        const page = await open(browser, bad);
        isPage(page, 200);
        assert.deepEqual(ways(page), { field: undefined, policy: "'self'" }, bad);
        assert(!page.text.includes("return_to"), bad);
      }
      const address = encodeURIComponent(back);
      const twice = await browser.send("GET", `/login?return_to=${address}&return_to=${address}`);
      assert.deepEqual(ways(twice), { field: undefined, policy: "'self'" }, "of two nobody knows which is meant");
    });
  }

  scenario("only an address that the server trusts is followed, whatever the form says", async (arrive) => {
    const { email } = await register(profile, arrive(), "followed");
    const { good, bad } = addresses(true);
    for (const address of good) {
      const answer = await arrive().send("POST", "/login", { form: { email, password, return_to: address } });
      assert.equal(answer.status, 303, address);
      assert.equal(answer.header("location"), address);
    }
    // The page has been asked about all of them; a log-in costs more.
    for (const address of bad.filter((_, at) => at % 8 === 0)) {
      const answer = await arrive().send("POST", "/login", { form: { email, password, return_to: address } });
      isPage(answer, 200);
      assert.equal(answer.header("location"), undefined, address);
      assert.deepEqual(cookieLines(answer), cookie, address);
    }
  });

  scenario("a wrong password and an unknown address are one page, and the next attempt leads back", async (arrive) => {
    const { email } = await register(profile, arrive(), "mistaken");
    const browser = arrive();
    const guess = "a wrong guess";
    for (const [address, status] of [[email, 401], [newEmail("nobody"), 401], ["not-an-address", 400]] as const) {
      const form = { email: address, password: guess, return_to: back };
      const answer = await browser.send("POST", "/login", { form });
      isPage(answer, status);
      assert.deepEqual(ways(answer), { field: back, policy: `'self' ${application}` });
      assert(answer.text.includes(`value="${address}"`) && answer.text.includes('role="alert"'), answer.text);
      assert(!answer.text.includes(guess), "the password is not shown again");
      assert.deepEqual([answer.header("set-cookie"), answer.header("location")], [undefined, undefined]);
    }
    const answer = await browser.send("POST", "/login", { form: { email, password, return_to: back } });
    assert.equal(answer.header("location"), back);
  });

  scenario("an address that is not proved logs nobody in where that is required", async (arrive) => {
    const guest = arrive(facts.hardened);
    const email = newEmail("unproved");
    await guest.send("POST", "/auth/register", { json: { email, password } });
    const answer = await guest.send("POST", "/login", { form: { email, password, return_to: back } });
    isPage(answer, 403);
    assert.deepEqual([answer.header("set-cookie"), answer.header("location")], [undefined, undefined]);
  });

  scenario("the page logs people in to the tenant that is named, and tells of tenants as pages do", async (arrive) => {
    const { email } = await register(profile, arrive(), "tenant");
    const form = { email, password };
    const cases: [string, number][] = [
      [facts.otherTenant, 401],
      ["nowhere", 404],
      [facts.closedTenant, 403],
      ["Not A Name", 400],
      ["default", 200],
    ];
    for (const [tenant, status] of cases) {
      isPage(await arrive().send("POST", "/login", { form, headers: [["X-Tenant-ID", tenant]] }), status);
    }
  });

  scenario("the page refuses what is no form of it, as a page", async (arrive) => {
    const browser = arrive();
    const type: [string, string][] = [["Content-Type", "application/x-www-form-urlencoded"]];
    isPage(await browser.send("POST", "/login", { json: { email: newEmail("json"), password } }), 400);
    isPage(await browser.send("POST", "/login", { form: {} }), 400);
    isPage(await browser.send("POST", "/login", { body: "email=a&email=b&password=c", headers: type }), 400);
    const length: [string, string] = ["Content-Length", String(16 * 1024 + 1)];
    isPage(await browser.send("POST", "/login", { body: announced, headers: [...type, length] }), 413);
    const email = '"><script>alert(1)</script>@example.com';
    const shown = await browser.send("POST", "/login", { form: { email, password } });
    isPage(shown, 400);
    assert(!shown.text.includes("<script"));
  });
}
