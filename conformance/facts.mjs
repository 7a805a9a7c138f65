// Writes what the suite must know about the servers under test:
//
//   node facts.mjs OUT PLAIN HARDENED DOCUMENT KEY TRANSCRIPT
//
// PLAIN and HARDENED are folders that settings.mjs has filled.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [out, plain, hardened, document, signingKey, transcript] = process.argv.slice(2);
const read = (folder, name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const sso = read(plain, "sso.json");
const facts = {
  plain: read(plain, "server.json"),
  hardened: read(hardened, "server.json"),
  document,
  signingKey,
  admin: { email: process.env.ADMIN_EMAIL, password: process.env.ADMIN_PASSWORD },
  otherTenant: "acme",
  closedTenant: "closed",
  ...(sso === null ? {} : { sso }),
  transcript,
};
writeFileSync(out, JSON.stringify(facts, null, 2), { mode: 0o600 });
