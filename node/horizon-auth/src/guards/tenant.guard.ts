import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { admitIn, refuse } from '../engine/admission.js';
import { HorizonEngine, settle } from '../engine/engine.js';
import { requestOf } from '../engine/request.js';

/**
 * Lets in only members of the tenant that the request names. `JwtAuthGuard` compares that too; this guard adds what
 * it cannot: it ignores `@Public()`, and refuses if another guard has put somebody of another tenant there as `user`.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses with 401 if nobody was identified, 403 `tenant_mismatch` if it is a member of another tenant. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const view = requestOf(context);
    const before = view?.carrier.user;
    return settle(admitIn(context, this.engine), ({ tenantId }) => {
      if (!view || (before && before.tenantId !== tenantId)) {
        return refuse(context, this.engine.refusal('tenant_mismatch', view?.uri ?? '/'));
      }
      return true;
    }) as boolean | Promise<boolean>;
  }
}
