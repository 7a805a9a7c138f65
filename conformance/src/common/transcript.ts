import { writeFileSync } from "node:fs";

import { facts, run } from "./facts.js";
import type { Answer, Sent } from "./wire.js";

/** What tests said and heard, in the order of the files: comparable between servers, down to each header and letter. */
const sections: Section[] = [];

/** Headers of the connection, which say nothing about the service. */
const ofTheConnection = new Set(["connection", "date", "keep-alive", "transfer-encoding", "content-length"]);

/** What differs from one run to the next; of each kind the first one is 1, so that repetitions show. */
const kinds: [kind: string, pattern: RegExp][] = [
  ["link", /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[\w-]{43}/g],
  ["id", /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g],
  ["access token", /eyJ[\w-]+\.[\w-]+\.[\w-]*/g],
  ["refresh token", /hzr_[\w-]{43}/g],
  ["session", /hzs_[\w-]{43}/g],
  ["csrf", /(?<=csrf=|"csrfToken":")[\w-]{64}/g],
  ["hash", /(?<="(?:ipHash|ip)":")[0-9a-f]{64}/g],
  ["person", new RegExp(`(?<=\\.)\\d+\\.${run}`, "gi")],
];

/** What differs, but need not be told apart. */
const blanks: [pattern: RegExp, word: string][] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<time>"],
  // Which parts there are to check depends on where data is kept.
  [/"checks":\{.*?\}\}/g, '"checks":<checks>'],
  [/(?<="users":)\d+/g, "<count>"],
  // Of an introspected token.
  [/(?<="(?:iat|exp)":)\d{10}/g, "<seconds>"],
];

/** The part of one test. */
export class Section {
  private readonly lines: string[] = [];
  private readonly known = new Map<string, string>();
  private readonly seen = new Map<string, number>();

  constructor(name: string) {
    this.lines.push(`# ${name}`);
    sections.push(this);
  }

  /** Adds a request and its answer; the first words of what was sent, and all that came back. */
  exchange(sent: Sent, answer: Answer, replace: [string, string][]): void {
    const asked = typeof sent.body === "string" && sent.body.length < 500 ? ` ${sent.body}` : "";
    const headers = answer.headers
      .filter(([name]) => !ofTheConnection.has(name))
      .map(([name, value]) => (name === "retry-after" ? `${name}: <seconds>` : `${name}: ${value}`))
      .sort();
    this.add([`> ${sent.method} ${sent.path}${asked}`, String(answer.status), ...headers, answer.text], replace);
  }

  /** Adds a mail. */
  mail(text: string, replace: [string, string][]): void {
    this.add(["> a mail", text], replace);
  }

  private add(lines: string[], replace: [string, string][]): void {
    this.lines.push(...lines.filter((line) => line !== "").map((line) => this.plain(line, replace)));
  }

  private plain(line: string, replace: [string, string][]): string {
    let text = line;
    for (const [from, to] of replace) {
      text = text.replaceAll(from, to);
    }
    for (const [pattern, word] of blanks) {
      text = text.replaceAll(pattern, word);
    }
    for (const [kind, pattern] of kinds) {
      // An address is the same however it is written.
      text = text.replaceAll(pattern, (found) => this.label(kind, kind === "person" ? found.toLowerCase() : found));
    }
    return text;
  }

  private label(kind: string, found: string): string {
    let label = this.known.get(found);
    if (label === undefined) {
      const number = (this.seen.get(kind) ?? 0) + 1;
      this.seen.set(kind, number);
      label = `<${kind} ${number}>`;
      this.known.set(found, label);
    }
    return label;
  }

  toString(): string {
    return this.lines.join("\n");
  }
}

/** Writes what all tests have said and heard. */
export function writeTranscript(): void {
  if (facts.transcript !== undefined) {
    writeFileSync(facts.transcript, sections.map((section) => `${section}\n`).join("\n"));
  }
}
