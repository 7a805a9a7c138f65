// Verifies our access tokens the way a Node service would: with jose, unmodified.
//
// Usage: node verify.mjs BASE_URL
import { randomBytes, webcrypto } from "node:crypto";
import process from "node:process";

// Node 18, which Debian 12 has, keeps these out of the global scope that jose reads.
globalThis.crypto ??= webcrypto;
globalThis.CryptoKey ??= webcrypto.CryptoKey;
const { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, errors } = await import("jose");

const ISSUER = "horizon-auth";
const AUDIENCE = "horizon-api";

async function main(baseUrl) {
  const { user, accessToken: token } = await register(baseUrl);
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", baseUrl));

  const { payload } = await verify(keys, token);
  check(payload.sub === user.id, "`sub` is the user's id");

  const header = decodeProtectedHeader(token);
  check(Boolean(header.kid), "the header names its key");
  check(header.typ === "at+jwt", "the header's type is at+jwt");
  check(header.alg === "RS256", "the header's algorithm is RS256");

  await refused(keys, withFlippedSignatureBit(token), "a flipped signature bit");
  await refused(keys, withoutSignature(token), "algorithm none");
  await refused(keys, token, "another audience", { audience: "somebody-else" });
  await refused(keys, token, "another issuer", { issuer: "somebody-else" });
  console.log("jose: the token holds, four forgeries are refused");
}

async function register(baseUrl) {
  const response = await fetch(new URL("/auth/register", baseUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      email: `node-${randomBytes(8).toString("hex")}@example.com`,
      password: randomBytes(18).toString("base64url"),
    }),
  });
  check(response.status === 201, `registration answers 201, not ${response.status}`);
  return response.json();
}

function verify(keys, token, expected = {}) {
  return jwtVerify(token, keys, {
    algorithms: ["RS256"],
    audience: AUDIENCE,
    issuer: ISSUER,
    typ: "at+jwt",
    requiredClaims: ["exp", "iat", "sub"],
    ...expected,
  });
}

async function refused(keys, token, what, expected) {
  try {
    await verify(keys, token, expected);
  } catch (error) {
    // Anything else, such as a failed fetch of the keys, proves nothing.
    const refusals = [
      errors.JWSSignatureVerificationFailed,
      errors.JWTClaimValidationFailed,
      errors.JOSEAlgNotAllowed,
      errors.JWSInvalid,
      errors.JOSENotSupported,
    ];
    if (refusals.some((refusal) => error instanceof refusal)) return;
    throw error;
  }
  throw new Error(`jose accepted ${what}`);
}

function withFlippedSignatureBit(token) {
  const [header, claims, signature] = token.split(".");
  const octets = Buffer.from(signature, "base64url");
  octets[Math.floor(octets.length / 2)] ^= 1;
  return [header, claims, octets.toString("base64url")].join(".");
}

// Keeps the key id, so that the refusal is about the algorithm and nothing else.
function withoutSignature(token) {
  const [header, claims] = token.split(".");
  const forged = { ...JSON.parse(Buffer.from(header, "base64url")), alg: "none" };
  return [Buffer.from(JSON.stringify(forged)).toString("base64url"), claims, ""].join(".");
}

function check(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

if (process.argv.length !== 3) {
  console.error("usage: node verify.mjs BASE_URL");
  process.exit(2);
}
await main(process.argv[2]);
