import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { SafeUser, UserSession } from './types.js';

/**
 * Accounts, for administration by the application itself: whoever calls this is trusted. With `ssoMode` the accounts are
 * at the server, and these reject with a `HorizonAuthElsewhereError`.
 */
@Injectable()
export class UsersService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** The account of an id or address, in the default tenant unless another is named; `null` if there is none. */
  find(by: { id: string } | { email: string }, tenantId?: string): Promise<SafeUser | null> {
    return this.engine.call('findUser', 'id' in by ? { userId: by.id, tenantId } : { email: by.email, tenantId });
  }

  /** Accounts of a tenant, by id: at most `limit` (100, at most 1000) after the id `after`. */
  list(page: { after?: string; limit?: number } = {}, tenantId?: string): Promise<SafeUser[]> {
    return this.engine.call('listUsers', { ...page, tenantId });
  }

  /**
   * Replaces the roles of a user, at once: tokens with the old ones are refused. Whether they changed.
   *
   * @throws HorizonAuthException with code `unknown_role` or `not_found`.
   */
  setRoles(userId: string, roles: string[], tenantId?: string): Promise<boolean> {
    return this.engine.call('setRoles', { userId, roles, tenantId });
  }

  /** Sessions of a user that are alive. */
  sessions(userId: string, tenantId?: string): Promise<UserSession[]> {
    return this.engine.call('listSessions', { userId, tenantId });
  }

  /**
   * Ends one session of a user.
   *
   * @throws HorizonAuthException with code `not_found` if it is not alive, or somebody else's.
   */
  async endSession(userId: string, sessionId: string, tenantId?: string): Promise<void> {
    await this.engine.call('revokeSession', { userId, sessionId, tenantId });
  }
}
