import assert from "node:assert/strict";
import { watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Server } from "./facts.js";

/** A mail, as somebody reads it. */
export interface Mail {
  subject: string;
  text: string;
  /** The token of its link; empty if there is none. */
  token: string;
}

/** Longest time to wait for a mail, in milliseconds. Usually it is there at once. */
const patience = 10_000;
const read = new Set<string>();

/**
 * The oldest mail to an address that no test has read yet, with a link to a path such as `/verify-email`; with
 * an empty path, one without a link. Waits until it has come.
 */
export async function nextMail(server: Server, to: string, path: string): Promise<Mail> {
  let hear: () => void = () => undefined;
  const watcher = watch(server.mails, () => hear());
  const timer = setTimeout(() => hear(), patience);
  const until = Date.now() + patience;
  try {
    for (;;) {
      const heard = new Promise<void>((resolve) => (hear = resolve));
      const mail = await find(server, to, path);
      if (mail !== undefined) {
        return mail;
      }
      assert(Date.now() < until, `no mail for ${to} with ${path || "no link"} in ${server.mails}`);
      await heard;
    }
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}

async function find(server: Server, to: string, path: string): Promise<Mail | undefined> {
  const names = (await readdir(server.mails)).filter((name) => name.endsWith(".eml") && !name.startsWith("."));
  for (const name of names.sort()) {
    const file = join(server.mails, name);
    if (read.has(file)) {
      continue;
    }
    const head = await readFile(file, "utf8");
    if (!new RegExp(`^To: .*${to.replaceAll(".", "\\.")}`, "im").test(head)) {
      continue;
    }
    const text = await readFile(file.replace(/\.eml$/, ".txt"), "utf8");
    const [, below = "", token = ""] = /https?:\/\/[^/\s]+(\/[\w-]+)(?:\?token=(\S+))?/.exec(text) ?? [];
    if (below === path) {
      read.add(file);
      return { subject: /^Subject: (.*)$/im.exec(head)?.[1] ?? "", text, token };
    }
  }
  return undefined;
}
