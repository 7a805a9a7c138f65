/** A user as clients see it. */
export interface SafeUser {
  /** Id of the user. */
  id: string;
  /** The address. */
  email: string;
  /** The name, if it was given. */
  fullName: string | null;
  /** Whether the address was proven. */
  emailVerified: boolean;
  /** The tenant. */
  tenantId: string;
  /** The roles. */
  roles: string[];
  /** When the account was made, in ISO 8601. */
  createdAt: string;
  /** When it was last changed, in ISO 8601. */
  updatedAt: string;
}

/** A session that was opened. */
export interface AuthResult {
  /** Whose session it is. */
  user: SafeUser;
  /** Access token. */
  accessToken: string;
  /** Refresh token. Hand it on only in a cookie that scripts cannot read. */
  refreshToken: string;
}

/** An account that was made and must prove its address before the first log-in. */
export interface PendingRegistration {
  /** The account. */
  user: SafeUser;
  /** No session was opened. */
  requiresVerification: true;
}

/** From where something was asked for, as limits, sessions and events note it. */
export interface Client {
  /** Address of the other end. All calls without one share a limit. */
  ip?: string;
  /** What calls itself there. */
  userAgent?: string;
}

/** A session of a user. */
export interface UserSession {
  /** Id of the session, the `sid` of its access tokens. */
  id: string;
  /** When it began, in ISO 8601. */
  createdAt: string;
  /** When it was last used, in ISO 8601. */
  lastSeenAt: string;
  /** When it ends if it is not used until then, in ISO 8601. */
  expiresAt: string;
  /** The device, as far as the user agent tells. */
  device: string | null;
  /** What called itself there when the session began. */
  userAgent: string | null;
  /** A keyed hash of the network address, by which equal ones are recognised; `null` without a pepper. */
  ipHash: string | null;
}

/** Whether a part works. */
export interface HealthStatus {
  /** Whether it answers; `disabled` if there is none. */
  status: 'healthy' | 'unhealthy' | 'disabled';
  /** How long the answer took, in milliseconds. */
  latency?: number;
  /** Why not, without addresses or secrets. */
  error?: string;
}

/** Whether the parts of an engine work. */
export interface Health {
  /** The database. */
  database: HealthStatus;
  /** Redis. */
  redis: HealthStatus;
  /** What is known of revoked tokens. */
  revocations?: HealthStatus;
}

/** What the routes of the engine answer. */
export interface RouteAnswer {
  /** HTTP status. */
  status: number;
  /** Flat header lines: name, value, …; repeated names stay apart. */
  headers: string[];
  /** The bytes of the body. */
  body: Buffer;
}
