import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ROLES_KEY } from '../decorators.js';
import { refuse } from '../engine/admission.js';
import { HorizonEngine } from '../engine/engine.js';
import { carrierOf, uriOf } from '../engine/request.js';

/**
 * Lets in whoever has any of the roles of `@Roles()`, and everybody where there are none. Stands after a guard that
 * identifies the user: `@UseGuards(JwtAuthGuard, RolesGuard)`.
 */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with 401 `token_missing` if nobody was identified, 403 `forbidden` if the roles are lacking. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const wanted = this.reflector.getAllAndOverride<string[] | undefined>(ROLES_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (wanted === undefined) return true;
    const carrier = carrierOf(context);
    const uri = carrier ? uriOf(carrier) : '/';
    if (!carrier?.user) return refuse(context, this.engine.refusal('token_missing', uri));
    const { roles } = carrier.user;
    // `@Roles()` without roles asks for one that nobody has.
    return wanted.some((role) => roles?.includes(role)) || refuse(context, this.engine.refusal('forbidden', uri));
  }
}
