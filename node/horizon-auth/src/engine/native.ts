import { load } from '../../native/index.cjs';

/** A refusal as the engine words it. */
export interface Problem {
  /** HTTP status. */
  status: number;
  /** Flat header lines: name, value, … */
  headers: string[];
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

/** An identity or a problem, never both; neither where there was nothing to identify. */
export interface Outcome {
  /** Who it is. */
  identity?: Identity;
  /** Why it was refused. */
  problem?: Problem;
}

/** What the router of the engine answers. */
export interface Answer {
  /** HTTP status. */
  status: number;
  /** Flat header lines: name, value, …; repeated names stay apart. */
  headers: string[];
  /** The bytes of the body. */
  body: Buffer;
}

/** What the engine calls back. */
export interface NativeHooks {
  /** Takes one mail as JSON. Rejecting means: try again later. */
  sendMail?: (mail: string) => Promise<void>;
  /** Hears each security event as JSON. */
  onEvent?: (event: string) => void;
}

/** A running engine of the addon. Kept equal with `node/native/index.d.cts` by a test. */
export interface NativeEngine {
  /** Hands a request to the router. `isLate`: its body did not come in time. */
  handle(
    method: string,
    uri: string,
    headers: string[],
    body: Uint8Array | null,
    ip: string | null,
    tenantId: string | null,
    isLate?: boolean,
  ): Answer | Promise<Answer>;
  /** Who sends this request. */
  admit(
    method: string,
    uri: string,
    headers: string[],
    ip: string | null,
    tenantId: string | null,
  ): Outcome | Promise<Outcome>;
  /** A problem if a page of another site may have caused this request. */
  expectOwnPage(method: string, uri: string, headers: string[], ip: string | null, tenantId: string | null): Outcome;
  /** Verifies an access token, with revocation. */
  verifyAccessToken(token: string, tenantId: string | null): Outcome | Promise<Outcome>;
  /** Verifies an access token without revocation. */
  verifyAccessTokenSync(token: string): Outcome;
  /** Counts a hit. */
  limit(rule: string, key: string, limit: number, seconds: number, uri: string): Promise<Outcome>;
  /** A service call: JSON in, JSON out. */
  call(name: string, args: string): Promise<string>;
  /** The error body for a code. */
  problem(code: string, uri: string): Problem;
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
