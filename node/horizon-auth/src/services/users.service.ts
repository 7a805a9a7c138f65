import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { SafeUser, UserSession } from './types.js';

/** Accounts, for administration by the application itself: whoever calls this is trusted. */
@Injectable()
export class UsersService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** The account of an id or address, in the default tenant unless another is named; `null` if there is none. */
  find(by: { id: string } | { email: string }, tenantId?: string): Promise<SafeUser | null> {
    return this.engine.call('users.find', { ...by, tenantId });
  }

  /** Accounts of a tenant, in pages: hand the `cursor` of one to get the next, until it is `null`. */
  list(
    page: { limit?: number; cursor?: string } = {},
    tenantId?: string,
  ): Promise<{ users: SafeUser[]; cursor: string | null }> {
    return this.engine.call('users.list', { ...page, tenantId });
  }

  /**
   * Replaces the roles of a user, at once: tokens with the old ones are refused.
   *
   * @throws HorizonAuthException with code `unknown_role` or `not_found`.
   */
  setRoles(userId: string, roles: string[], tenantId?: string): Promise<SafeUser> {
    return this.engine.call('users.setRoles', { userId, roles, tenantId });
  }

  /** Sessions of a user that are alive. */
  sessions(userId: string, tenantId?: string): Promise<UserSession[]> {
    return this.engine.call('sessions.list', { userId, tenantId });
  }

  /** Ends one session of a user; `false` if it was not alive. */
  endSession(userId: string, sessionId: string, tenantId?: string): Promise<boolean> {
    return this.engine.call('sessions.end', { userId, sessionId, tenantId });
  }
}
