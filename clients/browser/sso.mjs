// Two applications on two subdomains share one log-in and one log-out, in a real browser.
//
//   node sso.mjs SCENARIO
//
// SCENARIO is JSON: auth, app1, app2 (origins), email, password, cookie (the name it must have), secure, and
// optionally resolve (rules for host names), spki (the hash of a certificate to trust) and shots (a folder).

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const scenario = JSON.parse(process.argv[2]);
const { auth, app1, app2, email, password } = scenario;
const patience = 20_000;

const profile = mkdtempSync(join(tmpdir(), "horizon-browser-"));
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
if (scenario.resolve) args.push(`--host-resolver-rules=${scenario.resolve}`);
if (scenario.spki) args.push(`--ignore-certificate-errors-spki-list=${scenario.spki}`);

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args,
});
browser.setDefaultTimeout(patience);

const seen = [];
browser.on("request", (request) => seen.push(request.url()));

/** Waits until a page of an application knows who is logged in: an address, or null. */
async function who(page) {
  await page.waitForSelector("#who[data-state=in], #who[data-state=out]");
  const state = await page.getAttribute("#who", "data-state");
  return state === "in" ? page.textContent("#who") : null;
}

const step = (text) => console.log(`  ${text}`);

try {
  const one = await browser.newPage();
  await one.goto(`${app1}/`);
  assert.equal(await who(one), null);
  step("nobody is logged in at first");

  await one.click("#login");
  await one.waitForSelector("form[action='/login']");
  assert.equal(new URL(one.url()).origin, auth);
  if (scenario.shots) await shoot(one);
  await one.fill("#email", email);
  await one.fill("#password", "a wrong guess");
  await one.click("button");
  await one.waitForSelector("[role=alert]");
  assert.equal(await one.inputValue("#email"), email);
  await one.fill("#password", password);
  await Promise.all([one.waitForURL(`${app1}/`), one.click("button")]);
  assert.equal(await who(one), email);
  step("a wrong password, then the right one, and back to the first application, which knows the person");

  const cookie = (await browser.cookies()).find((found) => found.name === scenario.cookie);
  assert.ok(cookie, `no cookie ${scenario.cookie}`);
  assert.equal(cookie.domain, scenario.domain);
  assert.equal(cookie.path, "/auth/refresh");
  assert.equal(cookie.secure, scenario.secure);
  assert.equal(cookie.sameSite, "Strict");
  assert.ok(cookie.httpOnly);
  step("the cookie is shared, and no script sees it");

  const two = await browser.newPage();
  await two.goto(`${app2}/`);
  assert.equal(await who(two), email);
  await two.click("#call");
  await two.waitForSelector("#answer[data-status='200']");
  step("the second application knows the person without a password");

  for (const page of [one, two]) {
    const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    assert.deepEqual(kept, [0, 0, ""]);
  }
  for (const url of seen) {
    assert.ok(!/eyJ|hzr_|password=/.test(url), `a secret in an address: ${url}`);
  }
  step("nothing is stored where scripts look, and no address ever held a token");

  if (scenario.stranger) {
    const stranger = await browser.newPage();
    await stranger.goto(`${scenario.stranger}/`);
    const refused = await stranger.evaluate(async (auth) => {
      try {
        const answer = await fetch(`${auth}/auth/refresh`, { method: "POST", credentials: "include" });
        return `answered ${answer.status}`;
      } catch (error) {
        return error.name;
      }
    }, auth);
    assert.equal(refused, "TypeError");
    await stranger.close();
    await two.reload();
    assert.equal(await who(two), email);
    step("a page of another origin is told nothing, and harms nobody");
  }

  await one.bringToFront();
  await one.click("#logout");
  await one.waitForSelector("#who[data-state=out]");
  step("log-out in the first application");

  // The second one still holds its access token.
  await two.click("#call");
  await two.waitForSelector("#answer[data-status='401']");
  assert.equal(await who(two), null);
  step("the next call of the second application is refused at once");
  await two.reload();
  assert.equal(await who(two), null);
  await one.reload();
  assert.equal(await who(one), null);
  const left = (await browser.cookies()).filter((found) => found.name === scenario.cookie);
  assert.deepEqual(left, []);
  step("and both stay logged out");
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}

/** The log-in page on a small and a large screen, in light and dark. */
async function shoot(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const [width, height] of [
      [320, 640],
      [1024, 700],
    ]) {
      await page.setViewportSize({ width, height });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      assert.ok(!wider, `the page is wider than ${width} pixels`);
      await page.screenshot({ path: join(scenario.shots, `login-${width}-${colorScheme}.png`) });
    }
  }
}
