import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RATE_LIMIT_KEY, type RateLimitRule } from '../decorators.js';
import { refuse } from '../engine/admission.js';
import { HorizonEngine } from '../engine/engine.js';
import { carrierOf, type HostRequest, requestOf, type RequestView } from '../engine/request.js';

/**
 * Keeps the limits of `@RateLimit()` on routes of the application, in the engine's own store: with Redis all
 * processes count together. Stands after `JwtAuthGuard` where limits are kept for each user or tenant.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with 429 and `Retry-After` after too many, 401 if a limit needs a user and there is none. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.reflector.getAllAndOverride<RateLimitRule | undefined>(RATE_LIMIT_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!rule) return true;
    const view = requestOf(context);
    try {
      if (!view) throw this.engine.refusal('token_missing', '/');
      const name = rule.name ?? `${context.getClass().name}.${context.getHandler().name}`;
      await this.engine.limit(name, await this.keyOf(view, carrierOf(context) ?? {}, rule), rule.limit, rule.ttl, view.uri);
      return true;
    } catch (error) {
      return refuse(context, error);
    }
  }

  private async keyOf({ request, ip, uri }: RequestView, carrier: HostRequest, { by = 'ip' }: RateLimitRule): Promise<string> {
    if (typeof by === 'function') return `custom:${await by(request)}`;
    // The platform knows its trusted proxies; the connection alone would be that of the proxy.
    const found = { ip: request.ip ?? ip, user: carrier.user?.sub, tenant: carrier.tenantId }[by];
    if (!found) throw this.engine.refusal('token_missing', uri);
    return `${by}:${found}`;
  }
}
