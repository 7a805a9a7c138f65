import { load } from '../../native/index.cjs';

/** A refusal as the engine words it. */
export interface Problem {
  /** HTTP status. */
  status: number;
  /** Header lines: name, value, …, joined by line breaks. */
  headers: string;
  /** The JSON error body. */
  body: string;
}

/** Who sends a request, as an access token or a session cookie proves it. */
export interface Identity {
  /** Id of the user. */
  sub: string;
  /** The user's address. */
  email: string;
  /** The user's tenant. */
  tenantId: string;
  /** The user's roles. */
  roles: string[];
  /** Id of the session. */
  sid: string;
  /** What proved it. */
  kind: 'token' | 'session';
  /** Id of the access token. */
  jti?: string;
  /** Who issued the access token. */
  iss?: string;
  /** For whom the access token is. */
  aud?: string;
  /** When the access token was issued, in seconds since 1970. */
  iat?: number;
  /** When the access token expires, in seconds since 1970. */
  exp?: number;
}

/** The JSON of an {@link Identity}, or why there is none. */
export type Outcome = string | Problem;

/** What the router of the engine answers. */
export interface Answer {
  /** HTTP status. */
  status: number;
  /** Header lines: name, value, …, joined by line breaks; repeated names stay apart. */
  headers: string;
  /** The body, as text wherever it is some. */
  body: string | Buffer;
}

/** What a front end must know of the settings. */
export interface Facts {
  /** Where the engine is, and for whom. */
  mode: 'embedded' | 'sso_server' | 'sso_client';
  /** Whether the router has `/docs` and `/openapi.json`. */
  servesDocuments: boolean;
  /** Most bytes of a body that the engine reads (`http.max_body`). */
  maxBodyBytes: number;
  /** Longest time until a body is there, in milliseconds (`http.body_timeout`). */
  bodyTimeoutMs: number;
}

/** A request without its body: `headers` are lines joined by line breaks, and `lines` how many those are. */
export type Head = [
  method: string,
  uri: string,
  headers: string,
  lines: number,
  ip: string | null,
  tenantId: string | null,
];

/** What the engine calls back. */
export interface NativeHooks {
  /** Takes one mail as JSON. Rejecting means: try again later. */
  sendMail?: (mail: string) => Promise<void>;
  /** Hears each security event as JSON. */
  onEvent?: (event: string) => void;
}

/** A running engine of the addon. Kept equal with `node/native/index.d.cts` by a test. */
export interface NativeEngine {
  /** Hands a request to the router: `headers` are lines joined by line breaks. `isLate`: its body did not come in time. */
  handle(
    method: string,
    uri: string,
    headers: string,
    lines: number,
    body: Uint8Array | null,
    ip: string | null,
    tenantId: string | null,
    isLate?: boolean,
  ): Answer | Promise<Answer>;
  /** Who sends this request. */
  admit(...head: Head): Outcome | Promise<Outcome>;
  /** A problem if a page of another site may have caused this request. */
  expectOwnPage(...head: Head): Problem | null;
  /** Verifies an access token, with revocation. */
  verifyAccessToken(token: string, tenantId: string | null): Outcome | Promise<Outcome>;
  /** Verifies an access token without revocation. */
  verifyAccessTokenSync(token: string): Outcome;
  /** Counts a hit. */
  limit(rule: string, key: string, limit: number, seconds: number, uri: string): Promise<Problem | null>;
  /** A service call: JSON in, JSON out. */
  call(name: string, args: string): Promise<string>;
  /** What a front end must know of the settings. */
  facts(): Facts;
  /** The refusal for a code. */
  problem(code: string, uri: string): Problem;
  /** The refusal for a code with all headers of the router. */
  answer(code: string, uri: string): Problem;
  /** Ends background work. */
  close(): Promise<void>;
}

/** The addon. Kept equal with `node/native/index.d.cts` by a test. */
export interface NativeAddon {
  /** Where engines come from. */
  Engine: { open(options: string, folder: string, hooks: NativeHooks): Promise<NativeEngine> };
  /** What is wrong with options. */
  checkOptions(options: string, folder: string): string[];
  /** Names that `call` knows. */
  calls(): string[];
  /** Version of the addon. */
  version(): string;
}

/**
 * The addon for this machine, loaded on first use.
 *
 * @throws Error that names the platform and what to install, if there is none or one of another version.
 */
export function loadAddon(): NativeAddon {
  return load() as NativeAddon;
}
