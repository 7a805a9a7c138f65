import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { admitIn, isPublic } from '../engine/admission.js';
import { HorizonEngine, settle } from '../engine/engine.js';

/**
 * Lets in whoever sends a valid access token (or, where the profile has sessions, a session cookie), and everybody
 * where `@Public()` says so. The identity becomes the request's `user`, its tenant the request's `tenantId`.
 *
 * Guards HTTP, GraphQL and WebSocket handlers; of a WebSocket, the headers that opened it (or Socket.IO's
 * `auth.token`) are checked again for each message. Whatever carries no request is refused.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with the engine's reason: 401 with `WWW-Authenticate`, 403, or 503 when nobody can know. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return isPublic(this.reflector, context) || settle(admitIn(context, this.engine), () => true);
  }
}
