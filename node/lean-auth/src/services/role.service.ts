import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '@ofeklabs/horizon-auth/engine';
import type { InTenant } from './session.service.js';

/** Who has which roles. A change counts from the next request on and logs nobody out. */
@Injectable()
export class RoleService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** The roles of a user; `null` if there is no such user. */
  async rolesOf(userId: string, { tenantId }: InTenant = {}): Promise<string[] | null> {
    const user = await this.engine.call<{ roles: string[] } | null>('findUser', { userId, tenantId });
    return user && user.roles;
  }

  /**
   * Replaces the roles of a user. The caller is trusted: check before who may do this.
   *
   * @throws HorizonAuthException with code `not_found` or `unknown_role`.
   */
  async setRoles(userId: string, roles: string[], { tenantId }: InTenant = {}): Promise<void> {
    await this.engine.call('setRoles', { userId, roles, tenantId });
  }
}
