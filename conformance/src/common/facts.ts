import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

/** One server, as the suite reaches it. */
export interface Server {
  /** Where it listens, without a trailing slash. */
  baseUrl: string;
  /** Its setting `public_url`. */
  publicUrl: string;
  /** The folder in which its transport `file` puts mails. */
  mails: string;
}

/** What a server for single sign-on shares, and with whom. */
export interface Sharing {
  /** Its setting `sso.allowed_origins`. */
  origins: string[];
  /** Its setting `sso.redirects`. */
  redirects: string[];
  /** A service that may ask about tokens. */
  client: { id: string; secret: string };
}

/** What the suite must know about the servers under test; README.md says how they are configured. */
export interface Facts {
  /** With every default of the profile. BASE_URL, if it is set, is where it listens. */
  plain: Server;
  /** As in production: https, proved addresses, private registration. */
  hardened: Server;
  /** Their OpenAPI document, a file. */
  document: string;
  /** The private key that signs their access tokens, a PEM file of ES256. */
  signingKey: string;
  /** An administrator of both. */
  admin: { email: string; password: string };
  /** A tenant beside the default one, and one that is disabled. */
  otherTenant: string;
  closedTenant: string;
  /** What both share, if they are servers for single sign-on. */
  sso?: Sharing;
  /** Where the transcript goes; without it, none is written. */
  transcript?: string;
}

function read(): Facts {
  const file = process.env["FACTS"];
  if (file === undefined) {
    throw new Error("FACTS must name the JSON file that describes the servers; see conformance/README.md");
  }
  const facts = JSON.parse(readFileSync(file, "utf8")) as Facts;
  const baseUrl = process.env["BASE_URL"];
  return baseUrl === undefined ? facts : { ...facts, plain: { ...facts.plain, baseUrl } };
}

export const facts = read();

/** Tells this run from others on the same server: in addresses of people and of networks. */
export const run = randomBytes(4).toString("hex");

/** A password that every rule allows. */
export const password = "correct horse battery staple";

let people = 0;

/** The address of somebody whom no test and no run has met. The name says what for. */
export function newEmail(name: string): string {
  people += 1;
  return `${name}.${people}.${run}@example.com`;
}
