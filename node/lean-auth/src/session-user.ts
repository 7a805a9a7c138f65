import type { Identity } from '@ofeklabs/horizon-auth';

/** Who is logged in; `SessionGuard` puts it onto the request as `user`. */
export interface SessionUser {
  /** Id of the user. */
  id: string;
  /** The user's address. */
  email: string;
  /** The user's tenant. */
  tenantId: string;
  /** The user's roles, as they are now. */
  roles: string[];
  /** Id of the session. It names the session and opens nothing. */
  sessionId: string;
}

/** A user of the identity that the engine has found. */
export function sessionUser({ sub, email, tenantId, roles, sid }: Identity): SessionUser {
  return { id: sub, email, tenantId, roles, sessionId: sid };
}
