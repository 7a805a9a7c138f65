import { Agent, request } from "node:http";

/** What goes over the wire, as it is written there. */
export interface Sent {
  method: string;
  /** With the query. */
  path: string;
  /** In order, names as they are, doubled ones too. */
  headers: [string, string][];
  body?: string | Uint8Array | undefined;
}

/** What came back. */
export class Answer {
  constructor(
    readonly status: number,
    /** In order, names in lower case. */
    readonly headers: [string, string][],
    readonly text: string,
  ) {}

  /** The value of a header; undefined if it is not there. */
  header(name: string): string | undefined {
    return this.headers.find(([known]) => known === name)?.[1];
  }

  /** Every value of a header. */
  all(name: string): string[] {
    return this.headers.filter(([known]) => known === name).map(([, value]) => value);
  }

  /** The body, which must be JSON. */
  json(): Json {
    return JSON.parse(this.text) as Json;
  }

  /** The code of an error body. */
  get code(): unknown {
    return this.text.startsWith("{") ? this.json()["code"] : undefined;
  }
}

export type Json = { [name: string]: unknown };

/** A body of which nothing is sent but the length in the headers. */
export const announced = new Uint8Array();

const agent = new Agent({ keepAlive: true });

/** Sends a request exactly as it is described; only `Host` and the length of the body are added. */
export function exchange(baseUrl: string, sent: Sent): Promise<Answer> {
  const { host, hostname, port } = new URL(baseUrl);
  const headers: string[] = [];
  const has = (name: string) => sent.headers.some(([known]) => known.toLowerCase() === name);
  if (!has("host")) {
    headers.push("Host", host);
  }
  if (sent.body !== undefined && !has("content-length") && !has("transfer-encoding")) {
    headers.push("Content-Length", String(Buffer.byteLength(sent.body)));
  }
  headers.push(...sent.headers.flat());
  // A server may refuse a body that it has not read, and hang up: so it is asked whether it wants it, or never gets it.
  const waits = has("expect") || sent.body === announced;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      agent: waits ? false : agent,
      ...{ hostname, port, headers, method: sent.method, path: sent.path },
    });
    outgoing.on("continue", () => outgoing.end(sent.body));
    outgoing.on("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const raw = response.rawHeaders;
        const lines: [string, string][] = [];
        for (let at = 0; at < raw.length; at += 2) {
          lines.push([(raw[at] ?? "").toLowerCase(), raw[at + 1] ?? ""]);
        }
        resolve(new Answer(response.statusCode ?? 0, lines, Buffer.concat(pieces).toString("utf8")));
        if (waits) {
          outgoing.destroy();
        }
      });
    });
    outgoing.on("error", reject);
    if (waits) {
      outgoing.flushHeaders();
    } else {
      outgoing.end(sent.body);
    }
  });
}

/** Frees the connections, so that the process can end. */
export function hangUp(): void {
  agent.destroy();
}
