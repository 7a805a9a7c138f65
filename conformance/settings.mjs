// Writes the settings of one server twice: horizon-auth.toml for the program, options.json for a host of a package.
//
//   node settings.mjs FOLDER PROFILE VARIANT PORT KEY [DATABASE_URL REDIS_URL]
//
// PROFILE is one of `http.profile`, or `sso` for a server of single sign-on with tokens.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, profile, variant, port, key, databaseUrl, redisUrl] = process.argv.slice(2);
const hardened = variant === "hardened";
const shared = profile === "sso";
const client = { id: "shop", secret: "0123456789abcdef".repeat(2) };
const sso = {
  allowed_origins: ["https://shop.example.com", "https://blog.example.com:8443"],
  redirects: ["https://shop.example.com", "https://blog.example.com:8443/after/"],
  clients: [`${client.id}:${client.secret}`, `blog:${"fedcba9876543210".repeat(2)}`],
  ...(hardened ? {} : { trust_dev_localhost: true }),
};
// `sso.trust_dev_localhost` wants a name below dev.localhost; the suite connects to 127.0.0.1 in any case.
const host = shared ? "auth.dev.localhost" : "127.0.0.1";
const settings = {
  // Hardened too: in production nobody gets mails as files.
  environment: "development",
  public_url: hardened ? "https://auth.example.com" : `http://${host}:${port}`,
  database: { url: databaseUrl || `sqlite:${join(folder, "auth.db")}` },
  ...(redisUrl ? { redis: { url: redisUrl, prefix: `${profile}-${variant}:` } } : {}),
  jwt: { private_key_file: key },
  // The suite says in X-Forwarded-For who asks, so that each of its visitors has limits of their own.
  http: { profile: shared ? "token" : profile, trusted_proxies: ["127.0.0.1"], openapi: "off", body_timeout: "2s" },
  ...(shared ? { mode: "sso_server", sso } : {}),
  ...(shared && hardened ? { cookie: { domain: "example.com" } } : {}),
  tenant: { source: "header" },
  // Cheap hashes: this suite is not about their cost. The pepper is needed for hashes of addresses.
  hashing: { preset: "lean", pepper: `1:${Buffer.alloc(32, 7).toString("base64")}` },
  mail: { transport: "file", folder: join(folder, "mails"), from: "auth@example.com" },
  ...(hardened
    ? {
        registration: { require_verified_email: true, enumeration: "private", verification_proof: "password" },
        password: { blocklist: "common" },
      }
    : {}),
};

/** Strings, numbers, truth values and lists of them are written in TOML as in JSON. */
function toml(values) {
  const entries = Object.entries(values);
  const plain = entries.filter(([, value]) => typeof value !== "object" || Array.isArray(value));
  const tables = entries.filter(([, value]) => typeof value === "object" && !Array.isArray(value));
  return [
    ...plain.map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
    ...tables.flatMap(([name, table]) => [`[${name}]`, toml(table)]),
  ].join("\n");
}

mkdirSync(join(folder, "mails"), { recursive: true, mode: 0o700 });
writeFileSync(join(folder, "horizon-auth.toml"), `${toml({ listen: `127.0.0.1:${port}`, ...settings })}\n`, { mode: 0o600 });
writeFileSync(join(folder, "options.json"), JSON.stringify(settings), { mode: 0o600 });
writeFileSync(
  join(folder, "server.json"),
  JSON.stringify({ baseUrl: `http://127.0.0.1:${port}`, publicUrl: settings.public_url, mails: settings.mail.folder }),
);
// With whom the log-in is shared; of no interest elsewhere.
writeFileSync(
  join(folder, "sso.json"),
  JSON.stringify(shared ? { origins: sso.allowed_origins, redirects: sso.redirects, client } : null),
  { mode: 0o600 },
);
