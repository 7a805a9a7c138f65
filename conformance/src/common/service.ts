// What is there for programs: keys and health.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";

import { accessToken, register, type Profile } from "./profile.js";
import type { SharedPaths } from "./shared.js";
import { scenariosOf } from "./suite.js";
import { opened } from "./tokens.js";


export function service(profile: Profile): void {
  const scenario = scenariosOf<SharedPaths>(profile);
  scenario("anybody may fetch and keep the keys, and verify tokens with them", async (arrive) => {
    const program = arrive();
    const { data, response } = await program.api.GET("/.well-known/jwks.json");
    assert(data);
    assert.equal(response.headers.get("cache-control"), "public, max-age=3600");
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cross-origin-resource-policy"), "cross-origin");
    assert.equal(data.keys.length, 1);
    const [jwk] = data.keys;
    assert(jwk);
    assert(!("d" in jwk), "the private key stays at home");
    const person = await register(profile, arrive(), "verified");
    const token = await accessToken(profile, person);
    const { head } = opened(token);
    assert.deepEqual(head, { alg: "ES256", kid: jwk.kid, typ: "at+jwt" });
    const [text, signature = ""] = [token.slice(0, token.lastIndexOf(".")), token.split(".")[2]];
    const key = createPublicKey({ key: jwk as never, format: "jwk" });
    const good = verify(
      "sha256",
      Buffer.from(text),
      { key, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    assert(good);
  });

  scenario("whoever has the keys already is told so", async (arrive) => {
    const program = arrive();
    const etag = (await program.send("GET", "/.well-known/jwks.json")).header("etag") ?? "";
    assert.match(etag, /^"[\w-]+"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await program.send("GET", "/.well-known/jwks.json", { headers: [["If-None-Match", known]] });
      assert.equal(answer.status, 304, known);
      assert.equal(answer.header("etag"), etag);
      assert.equal(answer.text, "");
    }
    const other = await program.send("GET", "/.well-known/jwks.json", { headers: [["If-None-Match", '"other"']] });
    assert.equal(other.status, 200);
  });

  scenario("the service says whether it lives and whether it can work", async (arrive) => {
    const program = arrive();
    assert.deepEqual((await program.api.GET("/health/live")).data, { status: "ok" });
    const { data } = await program.api.GET("/health/ready");
    assert.equal(data?.status, "ready");
    for (const [name, part] of Object.entries(data?.checks ?? {})) {
      assert.equal((part as { status: string }).status, "healthy", name);
    }
    assert("database" in (data?.checks ?? {}));
  });
}
