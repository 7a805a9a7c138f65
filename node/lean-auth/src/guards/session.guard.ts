import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { admitIn, carrierOf, HorizonEngine, isPublic, settle } from '@ofeklabs/horizon-auth/engine';
import { sessionUser } from '../session-user.js';

/** Calls of handlers that are admitted already: several guards of this kind ask once. */
const admitted = new WeakSet<ExecutionContext>();

/**
 * Lets in whoever has a session, and everybody where `@Public()` says so. In unsafe requests the cookie counts only with
 * the header `X-CSRF-Token` that fits it. The request gets `user` (a `SessionUser`).
 *
 * Guards HTTP and GraphQL handlers, and of WebSockets only those that were opened with the token in a header, which no
 * browser can send. Whatever carries no request is refused.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with 401, 403 `csrf_invalid` or `cross_site`, or 503 when nobody can know. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (isPublic(this.reflector, context) || admitted.has(context)) return true;
    return settle(admitIn(context, this.engine), (identity) => {
      const carrier = carrierOf(context);
      if (!carrier) return false;
      Object.assign(carrier, { user: sessionUser(identity) });
      admitted.add(context);
      return true;
    });
  }
}
