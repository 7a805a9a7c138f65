import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RATE_LIMIT_KEY, type RateLimitRule } from '../decorators.js';
import { HorizonEngine } from '../engine/engine.js';
import { addressOf, countIn } from '../engine/limits.js';
import { carrierOf, type HostRequest, type RequestView } from '../engine/request.js';

/**
 * Keeps the limits of `@RateLimit()` on routes of the application, in the engine's own store: with Redis all
 * processes count together. Stands after `JwtAuthGuard` where limits are kept for each user or tenant.
 *
 * With `ssoMode` there is no store: each process counts in its own memory.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with 429 and `Retry-After` after too many, 401 if a limit needs a user and there is none. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const rule = this.reflector.getAllAndOverride<RateLimitRule | undefined>(RATE_LIMIT_KEY, [handler, type]);
    if (!rule) return true;
    return countIn(context, this.engine, [rule], async ({ name, limit, ttl }, view) => ({
      rule: name ?? `${type.name}.${handler.name}`,
      key: await this.keyOf(view, carrierOf(context) ?? {}, rule),
      limit,
      seconds: ttl,
    }));
  }

  private async keyOf(view: RequestView, carrier: HostRequest, { by = 'ip' }: RateLimitRule): Promise<string> {
    if (typeof by === 'function') return `custom:${await by(view.request)}`;
    const found = { ip: addressOf(view), user: carrier.user?.sub, tenant: carrier.tenantId }[by];
    if (!found) throw this.engine.refusal('token_missing', view.uri);
    return `${by}:${found}`;
  }
}
