// Runs the page of docs/guide/tokens.md against the service: what is printed there is what is tested here.
//
// Usage: node refresh.mjs BASE_URL
import { randomBytes, webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";

// Node 18, which Debian 12 has, keeps this out of the global scope.
globalThis.crypto ??= webcrypto;
const stored = new Map();
globalThis.localStorage = {
  getItem: (name) => stored.get(name) ?? null,
  setItem: (name, value) => stored.set(name, value),
  removeItem: (name) => stored.delete(name),
};
const network = globalThis.fetch;

async function main(baseUrl) {
  const page = await readFile(new URL("../../docs/guide/tokens.md", import.meta.url), "utf8");
  const [, script] = page.match(/```js\n(.*?)```/s);
  const browser = new Browser(baseUrl);
  globalThis.fetch = (path, options) => browser.fetch(path, options);
  const load = (copy) => import(`data:text/javascript,${encodeURIComponent(script)}//${copy}`);

  const email = `page-${randomBytes(8).toString("hex")}@example.com`;
  const password = randomBytes(18).toString("base64url");
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ email, password });
  const registered = await browser.fetch("/auth/register", { method: "POST", headers: json, body });
  check(registered.status === 201, `registration answers 201, not ${registered.status}`);
  const me = async (tab) => (await tab.call("/auth/profile")).status;

  const tab = await load(1);
  check((await tab.logIn(email, `${password}?`)).status === 401, "a wrong password is told");
  check((await tab.logIn(email, password)).status === 200, "the password logs in");
  check((await me(tab)) === 200 && browser.refreshes === 0, "a log-in needs no refresh");

  // Reloaded, the page has no access token, and ten parts of it want one at once.
  const reloaded = await load(2);
  const answers = await Promise.all(Array.from({ length: 10 }, () => me(reloaded)));
  check(answers.every((status) => status === 200), `all ten are served: ${answers}`);
  check(browser.refreshes === 1, `with one refresh, not ${browser.refreshes}`);

  // The service trades the token, and the answer is lost on the way.
  browser.nextAnswer = () => Promise.reject(new TypeError("the connection broke"));
  check((await reloaded.refresh()) !== null, "a lost answer is asked for again");
  check(browser.refreshes === 3, `by one repetition, not by ${browser.refreshes - 2}`);
  check((await me(reloaded)) === 200, "and nobody was taken for a thief");

  // The page is reloaded while it waits: nobody repeats but its successor.
  await new Promise((traded) => {
    browser.nextAnswer = () => new Promise(() => traded());
    void reloaded.refresh();
  });
  const successor = await load(3);
  check((await me(successor)) === 200, "the successor of a page goes on");

  await successor.logOut();
  check((await me(tab)) === 401 && browser.cookie === null, "after a log-out nobody is logged in, in no tab");

  // What the page must never do: a second use, with another key, ends everything.
  await successor.logIn(email, password);
  const [used, key] = [browser.cookie, () => ({ "idempotency-key": crypto.randomUUID() })];
  check((await browser.fetch("/auth/refresh", { method: "POST", headers: key() })).status === 200, "a token works");
  browser.cookie = used;
  const again = await browser.fetch("/auth/refresh", { method: "POST", headers: key() });
  check((await again.json()).code === "refresh_reused", "and does not work twice");
  check((await me(successor)) === 401, "the access token is dead too");
  console.log("docs/guide/tokens.md: one refresh for ten, a lost answer, a reload, a log-out, a second use");
}

/** As much of a browser as the page needs: an origin, and one cookie. */
class Browser {
  cookie = null;
  refreshes = 0;
  /** What the page hears in place of the next answer to a refresh. */
  nextAnswer = null;

  constructor(origin) {
    this.origin = origin;
  }

  async fetch(path, options = {}) {
    const headers = new Headers(options.headers);
    const isForCookie = path === "/auth/refresh";
    if (isForCookie && this.cookie !== null) headers.set("cookie", `refresh_token=${this.cookie}`);
    const answer = await network(new URL(path, this.origin), { ...options, headers });
    if (isForCookie && options.method === "POST") {
      this.refreshes += 1;
      const instead = this.nextAnswer;
      this.nextAnswer = null;
      if (instead !== null) return instead();
    }
    for (const line of answer.headers.getSetCookie()) {
      const [, value, isGone] = line.match(/^refresh_token=([^;]*);.*?Max-Age=(0)?/);
      this.cookie = isGone ? null : value;
    }
    return answer;
  }
}

function check(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

if (process.argv.length !== 3) {
  console.error("usage: node refresh.mjs BASE_URL");
  process.exit(2);
}
await main(process.argv[2]);
