import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { admitIn, refuse } from '../engine/admission.js';
import { HorizonEngine, settle } from '../engine/engine.js';
import type { Identity } from '../engine/native.js';
import { carrierOf, uriOf } from '../engine/request.js';

/**
 * Lets in only members of the tenant that the request names. `JwtAuthGuard` compares that too; this guard adds what
 * it cannot: it ignores `@Public()`, and refuses if another guard has put somebody of another tenant there as `user`.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses with 401 if nobody was identified, 403 `tenant_mismatch` if it is a member of another tenant. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const carrier = carrierOf(context);
    const before = carrier?.user;
    return settle<Identity, boolean>(
      admitIn(context, this.engine),
      ({ tenantId }) =>
        before === undefined ||
        before.tenantId === tenantId ||
        refuse(context, this.engine.refusal('tenant_mismatch', carrier ? uriOf(carrier) : '/')),
    );
  }
}
