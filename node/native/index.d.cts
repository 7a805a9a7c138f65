// The native addon as its packages see it. Written by hand beside src/; a test of the addon holds both together.

/** A refusal as the engine words it. */
export interface Problem {
  status: number;
  /** name, value, …, joined by line breaks. */
  headers: string;
  /** The JSON error body. */
  body: string;
}

/** Who sends a request, as an access token or a session cookie proves it: what the JSON of an `Outcome` says. */
export interface Identity {
  /** Id of the user. */
  sub: string;
  email: string;
  tenantId: string;
  roles: string[];
  /** Id of the session. */
  sid: string;
  /** What proved it. */
  kind: 'token' | 'session';
  /** Of access tokens only: `jti`, issuer, audience; seconds since 1970. */
  jti?: string;
  iss?: string;
  aud?: string;
  iat?: number;
  exp?: number;
}

/** The JSON of an `Identity`, or why there is none. */
export type Outcome = string | Problem;

export interface Answer {
  status: number;
  /** name, value, …, joined by line breaks; repeated names stay apart. */
  headers: string;
  /** Text wherever it is some. */
  body: string | Buffer;
}

/** What a front end must know of the settings. */
export interface Facts {
  mode: 'embedded' | 'sso_server' | 'sso_client';
  /** Whether the router has `/docs` and `/openapi.json`. */
  servesDocuments: boolean;
  /** `http.max_body`. */
  maxBodyBytes: number;
  /** `http.body_timeout`. */
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

export interface Hooks {
  /** Takes one mail as JSON (`NativeMail` of the packages). Rejecting means: try again later. */
  sendMail?: (mail: string) => Promise<void>;
  /** Hears each security event as JSON. */
  onEvent?: (event: string) => void;
}

export declare class Engine {
  /**
   * Starts an engine (or, with `mode: "sso_client"`, a verifier). `options` is JSON: the options of the package
   * without functions. `folder` is where relative paths start.
   * Rejects with a message that lists everything that is wrong.
   */
  static open(options: string, folder: string, hooks: Hooks): Promise<Engine>;

  /**
   * Hands a request to the router of the engine. `headers` are the lines of Node's `rawHeaders`, joined by line breaks, and
   * `lines` how many those are: a line break within one is a 400, as HTTP has it. Answers at once when nothing has to be
   * waited for. `isLate`: the body did not come within `http.body_timeout`, and whoever reads it is told so.
   */
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

  /**
   * Who sends this request: bearer token or session cookie, with tenant, revocation and cross-site rules.
   * Answers at once when nothing has to be waited for.
   */
  admit(...head: Head): Outcome | Promise<Outcome>;

  /**
   * A problem if a page of another site may have caused this request: for routes that ask nobody who calls, where
   * `admit` is not asked.
   */
  expectOwnPage(...head: Head): Problem | null;

  /**
   * An access token alone, with revocation. Answers at once when nothing has to be waited for. With `null`, of any tenant.
   */
  verifyAccessToken(token: string, tenantId: string | null): Outcome | Promise<Outcome>;

  /** Signature, times, issuer and audience alone: a revoked token passes. */
  verifyAccessTokenSync(token: string): Outcome;

  /**
   * Counts a hit of the host's own rule; a problem if there were too many. 1 to 100000 hits, 1 to 86400 seconds.
   * Throws for other numbers. With `mode: "sso_client"` in the memory of the process.
   */
  limit(rule: string, key: string, limit: number, seconds: number, uri: string): Promise<Problem | null>;

  /**
   * A service call: JSON in, JSON out, `{"value": …}` or `{"problem": Problem}`. Names are in `calls()`.
   *
   * Every call takes `tenantId` (the default tenant otherwise), `ip` (without one, all such calls share one limit) and
   * `userAgent`. `register {email, password, fullName?, locale?}` and `login {email, password}` give
   * `{user, accessToken, refreshToken}`, or `{user, requiresVerification}`; `refresh` and `rotateRefreshToken
   * {refreshToken}` likewise. `logout`, `revokeAllTokens {userId}`: how many sessions ended. `requestPasswordReset
   * {email}`, `resetPassword {token, newPassword}`, `sendEmailVerification {userId | email}`, `verifyEmail {token,
   * password?, newPassword?}`: null. `findUser {userId | email}`: a user or null. `listUsers {after?, limit?}`,
   * `setRoles {userId, roles}`: whether they changed. `createSession {userId}`: `{id, expiresAt, setCookie}` with the lines
   * that hand it out, for somebody whom the application vouches for. `listSessions {userId}`, `revokeSession {userId, sessionId}`.
   * `generateAccessToken {sub, roles?}` (at most the roles of the account), `generateRefreshToken {userId}`: a text.
   * `isBlacklisted {tokenId}`, `blacklistToken {tokenId, expiresAt?}` (milliseconds since 1970). `hashPassword
   * {password}`, `verifyPassword {password, hash}`, `isBcryptHash {hash}`, `verifyAndMigrate {password, hash, userId}`:
   * `{valid, migrated}`. `health`: `{database: {status, latency?, error?}, redis: …, revocations: …}`, where status
   * is `healthy`, `unhealthy` or `disabled`.
   *
   * Rejects for an unknown name or arguments that are no object, and with `mode: "sso_client"`.
   */
  call(name: string, args: string): Promise<string>;

  /** What a front end must know of the settings, with their defaults. */
  facts(): Facts;

  /** The refusal for a code of `docs/reference/errors.md`, for what the application refuses on its own routes. */
  problem(code: string, uri: string): Problem;

  /** The same as the router would answer it, with all its headers: for requests to the engine that cannot reach it. */
  answer(code: string, uri: string): Problem;

  /** Ends background work and gives the database free. A second call does nothing. */
  close(): Promise<void>;
}

/** Everything that is wrong with options, in the names of the package; empty if nothing is. Opens no database. */
export declare function checkOptions(options: string, folder: string): string[];

/** Names that `Engine.call` knows. */
export declare function calls(): string[];

/** Version of the addon; the packages refuse another one than theirs. */
export declare function version(): string;

/** What `migrate` found or did. */
export interface MigrateReport {
  /** For people, to be printed. */
  lines: string[];
  /** Of the command: 0, or 1 if the schema is not as it should be. */
  status: number;
}

/**
 * Looks at the schema of the database of the options, or brings it up to date, as `horizon-auth migrate` does.
 * Rejects with what is wrong; nothing is half done.
 */
export declare function migrate(
  what: 'plan' | 'plan-sql' | 'apply' | 'status' | 'verify',
  options: string,
  folder: string,
): Promise<MigrateReport>;
