import assert from "node:assert/strict";

import createClient, { type Client } from "openapi-fetch";

import { operationOf } from "./document.js";
import { facts, run, type Server } from "./facts.js";
import { nextMail, type Mail } from "./mails.js";
import { Section } from "./transcript.js";
import { Answer, exchange, type Sent } from "./wire.js";

/** What a request has beside method and path. */
export interface Extras {
  /** Sent as JSON, with its type. */
  json?: unknown;
  /** Sent as a form, with its type. */
  form?: Record<string, string>;
  /** Sent as it is, without a type. */
  body?: string | Uint8Array;
  headers?: [string, string][];
  /** The cookies of the visitor stay at home, and what comes back is not kept. */
  withoutCookies?: boolean;
  /** Not in the transcript, because how often it is asked depends on the machine. */
  offTheRecord?: boolean;
  /** Not for the service, which promises nothing about it; off the record too. */
  elsewhere?: boolean;
}

let networks = 0;

/** A network of its own, so that no limit of one visitor is felt by another. */
function newNetwork(): string {
  networks += 1;
  const [high, low] = [Number.parseInt(run.slice(0, 2), 16), Number.parseInt(run.slice(2, 4), 16)];
  // 10.0.0.0/8 of one run: 65,536 visitors, of which no two runs in a row share one.
  return `10.${(high + (networks >> 8)) & 255}.${low ^ (networks >> 4) & 255}.${networks & 255}`;
}

/** Somebody with a browser or a program: an address, cookies, and what is said and heard. */
export class Caller {
  /** By name. Paths are not looked at: which cookie goes where, tests say. */
  readonly cookies = new Map<string, string>();
  /** Headers of every request, such as `Authorization`. */
  readonly usual = new Map<string, string>();
  readonly address = newNetwork();

  constructor(
    private readonly section: Section,
    readonly server: Server = facts.plain,
  ) {}

  /** Sends a request with the cookies that there are, and keeps those that come back. */
  async send(method: string, path: string, extras: Extras = {}): Promise<Answer> {
    const sent = this.sending(method, path, extras);
    if (extras.elsewhere === true) {
      return exchange(this.server.baseUrl, sent);
    }
    const answer = await this.deliver(sent, extras.offTheRecord !== true);
    if (extras.withoutCookies !== true) {
      this.keepCookies(answer);
    }
    return answer;
  }

  /** Sends some at once, and writes them down in their order. Cookies that come back are not kept. */
  async sendAtOnce(requests: [method: string, path: string, extras: Extras][]): Promise<Answer[]> {
    const all = requests.map(([method, path, extras]) => this.sending(method, path, extras));
    const answers = await Promise.all(all.map((sent) => exchange(this.server.baseUrl, sent)));
    return answers.map((answer, at) => this.judge(all[at] as Sent, answer, true));
  }

  private sending(method: string, path: string, extras: Extras): Sent {
    const sent: Sent = { method, path, headers: [["X-Forwarded-For", this.address]], body: extras.body };
    for (const [name, value] of this.usual) {
      sent.headers.push([name, value]);
    }
    if (this.cookies.size > 0 && extras.withoutCookies !== true) {
      sent.headers.push(["Cookie", this.cookieHeader()]);
    }
    if (extras.json !== undefined) {
      sent.headers.push(["Content-Type", "application/json"]);
      sent.body = JSON.stringify(extras.json);
    } else if (extras.form !== undefined) {
      sent.headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
      sent.body = new URLSearchParams(extras.form).toString();
    }
    sent.headers.push(...(extras.headers ?? []));
    return sent;
  }

  /** Sends exactly this, holds the answer against the document and writes both down. */
  async deliver(sent: Sent, recorded = true): Promise<Answer> {
    return this.judge(sent, await exchange(this.server.baseUrl, sent), recorded);
  }

  private judge(sent: Sent, answer: Answer, recorded: boolean): Answer {
    if (recorded) {
      this.section.exchange(sent, answer, this.replacements());
    }
    expectCommon(answer, sent, this.server);
    operationOf(sent.method, sent.path)?.check(answer, sent.method !== "HEAD");
    return answer;
  }

  /** The next mail to an address with a link below a path. */
  async mail(to: string, path: string): Promise<Mail> {
    const mail = await nextMail(this.server, to, path);
    this.section.mail(mail.text, this.replacements());
    return mail;
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  private keepCookies(answer: Answer): void {
    for (const line of answer.all("set-cookie")) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") {
        this.cookies.delete(name);
      } else {
        this.cookies.set(name, value);
      }
    }
  }

  private replacements(): [string, string][] {
    return [
      [this.address, "<address>"],
      [this.server.publicUrl, "<origin>"],
    ];
  }
}

/** The same with a client that has the types of a document. */
export class Visitor<Paths extends object> extends Caller {
  /** Calls operations by their types. */
  readonly api: Client<Paths>;

  /** `at` says where a path of the types is on this server. */
  constructor(
    section: Section,
    server: Server | undefined,
    private readonly at: (path: string) => string,
  ) {
    super(section, server);
    this.api = createClient<Paths>({ baseUrl: this.server.baseUrl, fetch: (request) => this.fetch(request) });
  }

  private async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const body = request.body === null ? {} : { body: await request.text() };
    const headers = [...request.headers].filter(([name]) => name !== "accept");
    const answer = await this.send(request.method, this.at(pathname) + search, { ...body, headers });
    const empty = answer.text === "";
    return new Response(empty ? null : answer.text, { status: answer.status, headers: answer.headers });
  }
}

const always: [string, string][] = [
  ["content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"],
  ["referrer-policy", "no-referrer"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
];

/** What every answer has, whatever it says. */
function expectCommon(answer: Answer, sent: Sent, server: Server): void {
  const isPage = answer.header("content-type")?.startsWith("text/html") === true;
  for (const [name, value] of always) {
    const found = answer.header(name);
    // A page has a policy of its own, for its form and its style.
    if (name === "content-security-policy" && isPage) {
      assert.match(found ?? "", /default-src 'none'/);
      assert.match(found ?? "", /frame-ancestors 'none'/);
    } else {
      assert.equal(found, value, `${name} of ${sent.method} ${sent.path}: ${answer.status}`);
    }
  }
  const id = answer.header("x-request-id") ?? "";
  assert.match(id, /^[0-9a-f-]{36}$/);
  const secure = server.publicUrl.startsWith("https:");
  assert.equal(
    answer.header("strict-transport-security"),
    secure ? "max-age=31536000; includeSubDomains" : undefined,
  );
  if (!sent.path.startsWith("/.well-known/") || answer.status >= 400) {
    assert.equal(answer.header("cache-control"), "no-store");
  }
  const isForAll = sent.path.startsWith("/.well-known/") && sent.method !== "OPTIONS" && answer.status < 400;
  assert.equal(answer.header("cross-origin-resource-policy"), isForAll ? "cross-origin" : "same-origin");
  assert(answer.all("set-cookie").length === new Set(answer.all("set-cookie")).size, "a cookie is set once");
  if (sent.method === "HEAD") {
    assert.equal(answer.text, "");
  } else if (answer.status >= 400 && answer.header("content-type") === "application/json") {
    const body = answer.json();
    // The order in which people read them is part of the promise.
    assert.deepEqual(Object.keys(body), fields);
    assert.equal(body["statusCode"], answer.status);
    assert.equal(body["path"], sent.path.split("?")[0]);
    assert.equal(body["requestId"], id);
  }
}

const fields = ["statusCode", "code", "message", "error", "timestamp", "path", "requestId"];

/** Names of cookies and their attributes, of the lines that set them. */
export function cookieLines(answer: Answer | Response): Record<string, string[]> {
  const lines = answer instanceof Answer ? answer.all("set-cookie") : answer.headers.getSetCookie();
  return Object.fromEntries(
    lines.map((line) => {
      const [pair = "", ...attributes] = line.split("; ");
      return [pair.split("=")[0] ?? "", attributes.sort()];
    }),
  );
}
