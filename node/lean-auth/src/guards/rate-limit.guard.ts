import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { addressOf, carrierOf, countIn, HorizonEngine, type RequestView } from '@ofeklabs/horizon-auth/engine';
import { RATE_LIMIT_KEY, type RateLimitRule } from '../rate-limit.js';
import type { SessionUser } from '../session-user.js';

/** Calls of handlers that are counted already: several guards of this kind count once. */
const counted = new WeakSet<ExecutionContext>();

/**
 * Keeps the limits of `@RateLimit()`, in the engine's own store: with Redis all processes count together, and when it is
 * away nobody is unlimited.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
  ) {}

  /** Refuses with 429 and `Retry-After` after too many, with 503 when nobody can count. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rules = this.reflector.getAllAndOverride<RateLimitRule[] | undefined>(RATE_LIMIT_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!rules || counted.has(context)) return true;
    counted.add(context);
    const user = carrierOf(context)?.user as Partial<SessionUser> | undefined;
    return countIn(context, this.engine, rules, ({ key, limit, windowSec, by }, view) => ({
      rule: key,
      key: whose(view, by, user?.id),
      limit,
      seconds: windowSec,
    }));
  }
}

function whose(view: RequestView, by: RateLimitRule['by'], user: string | undefined): string {
  const account = by === 'account' ? accountOf(user, view.request.body) : undefined;
  return account ?? `ip:${addressOf(view) ?? 'unknown'}`;
}

function accountOf(user: string | undefined, body: unknown): string | undefined {
  if (user) return `user:${user}`;
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' && email.trim() !== '' ? `email:${email.trim().toLowerCase()}` : undefined;
}
