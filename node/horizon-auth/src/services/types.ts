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
  /** Refresh token; hand it on only in a cookie that scripts cannot read. */
  refreshToken: string;
}
