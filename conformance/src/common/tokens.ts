import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";

import { facts } from "./facts.js";
import type { Json } from "./wire.js";

const key = createPrivateKey(readFileSync(facts.signingKey));
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

/** Head and claims of an access token. */
export function opened(token: string): { head: Json; claims: Json } {
  const [head = "", claims = ""] = token.split(".");
  const parse = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Json;
  return { head: parse(head), claims: parse(claims) };
}

/** The same token with other claims or another head, signed by the server's own key. */
export function reminted(token: string, claims: Json, head: Json = {}): string {
  const told = opened(token);
  return signed({ ...told.head, ...head }, { ...told.claims, ...claims });
}

/** A token signed by the server's own key, unless it is by another one. */
export function signed(head: Json, claims: Json, by = key): string {
  const text = `${encoded(head)}.${encoded(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key: by, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

function encoded(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A token that was good and has expired. */
export function expired(token: string): string {
  const now = Math.floor(Date.now() / 1000);
  return reminted(token, { iat: now - 1800, exp: now - 900 });
}

/** What people who forge tokens try, by name. */
export function forgeries(token: string): Record<string, string> {
  const { head, claims } = opened(token);
  const [first = "", second = "", third = ""] = token.split(".");
  const unsigned = `${encoded({ ...head, alg: "none" })}.${second}.`;
  const symmetric = `${encoded({ ...head, alg: "HS256" })}.${second}`;
  const pem = createPublicKey(key).export({ type: "spki", format: "pem" });
  const mac = createHmac("sha256", pem).update(symmetric).digest("base64url");
  return {
    "no token at all": "nonsense",
    "one part": first,
    "no algorithm": unsigned,
    "no algorithm, spelt otherwise": `${encoded({ ...head, alg: "None" })}.${second}.${third}`,
    "no signature": `${first}.${second}.`,
    "the public key as a shared secret": `${symmetric}.${mac}`,
    "other claims under the same signature": `${first}.${encoded({ ...claims, roles: ["admin"] })}.${third}`,
    "another key": signed(head, claims, stranger),
    "another issuer": reminted(token, { iss: "somebody-else" }),
    "another audience": reminted(token, { aud: "something-else" }),
    "another type": reminted(token, {}, { typ: "JWT" }),
    "an unknown key id": reminted(token, {}, { kid: "unknown" }),
    "a key of its own in the head": reminted(token, {}, { jwk: createPublicKey(stranger).export({ format: "jwk" }) }),
    "an account that nobody has": reminted(token, { sub: "not-an-id" }),
  };
}
