import { sharing } from "./sharing.js";

/**
 * Addresses to go back to, of which a server trusts the good ones alone: with the settings of README.md, and with or
 * without the pages of `http://*.dev.localhost`. They are written as people write them who want something else to be
 * read: by a browser, by a proxy, or by the server.
 */
export function addresses(trustsDevLocalhost: boolean): { good: string[]; bad: string[] } {
  const [origin = "", below = ""] = sharing.redirects;
  const host = origin.replace("https://", "");
  const dev = ["http://app.dev.localhost:5173/x", "http://a.b.dev.localhost/"];
  const good = [
    origin,
    `${origin}/`,
    `${origin}/a/b?c=d&e=%2F..%2F#f`,
    `${origin}/?next=//evil.example`,
    below,
    `${below}x?y`,
    ...(trustsDevLocalhost ? dev : []),
  ];
  const bad = [
    "",
    "/",
    "/profile",
    `//${host}`,
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    host,
    `https:${host}`,
    `https:/${host}`,
    `https:///${host}`,
    `https:\\\\${host}`,
    `${origin}\\@evil.example`,
    `${origin}\\.evil.example`,
    `${origin}@evil.example/`,
    `https://user@${host}/`,
    `https://user:pass@${host}/`,
    `https://:@${host}/`,
    `${origin}.evil.example/`,
    `https://evil.example/${origin}`,
    `https://evil${host}/`,
    `${origin}.`,
    `${origin}./`,
    `http://${host}/`,
    `${origin}:444/`,
    `${origin}:443/`,
    `${origin}:/`,
    `HTTPS://${host}/`,
    `https://${host.toUpperCase()}/`,
    `${origin}/../x`,
    `${origin}/%2e%2e/x`,
    `${origin}/a%2Fb`,
    `${origin}/a%5cb`,
    `${origin}/a%00`,
    encodeURIComponent(origin),
    `https://${host.replace(".", "%2e")}/`,
    `${origin}%2f@evil.example/`,
    `${origin}%00.evil.example/`,
    ` ${origin}/`,
    `${origin}/ `,
    `${origin}/\r\nSet-Cookie: a=b`,
    `${origin}/\t`,
    `${origin}/"><script>`,
    `https://${host.replace(".", "\u3002")}/`,
    `https://${host.replace("s", "\uff53")}/`,
    "javascript:alert(1)",
    `javascript://${host}/%0aalert(1)`,
    "data:text/html,x",
    "myapp://callback",
    `ftp://${host}/`,
    "null",
    `${origin}/${"x".repeat(2048)}`,
    // A path is trusted with what is below it, and ends where a segment does.
    new URL(below).origin,
    new URL("/", below).href,
    below.replace(/\/$/, "math"),
    `${below}../admin`,
    `${below}%2e%2e/admin`,
    `${below}..%2fadmin`,
    below.toUpperCase(),
    ...(trustsDevLocalhost ? [] : dev),
    "http://localhost:5173/",
    "http://dev.localhost/",
    "http://.dev.localhost/",
    "http://appdev.localhost/",
    "http://app.dev.localhost.evil.example/",
    "https://app.dev.localhost/",
    "http://user@app.dev.localhost/",
    "http://127.0.0.1/",
  ];
  return { good, bad };
}
