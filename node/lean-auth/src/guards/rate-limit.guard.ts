import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { carrierOf, HorizonEngine, refuse, requestOf, type RequestView } from '@ofeklabs/horizon-auth/engine';
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
    const view = requestOf(context);
    if (!view) return refuse(context, this.engine.refusal('token_missing', '/'));
    try {
      const user = carrierOf(context)?.user as Partial<SessionUser> | undefined;
      for (const rule of rules) {
        await this.engine.limit(rule.key, whose(view, rule, user?.id), rule.limit, rule.windowSec, view.uri);
      }
      return true;
    } catch (error) {
      return refuse(context, error);
    }
  }
}

function whose({ request, ip }: RequestView, { by }: RateLimitRule, user: string | undefined): string {
  const account = by === 'account' ? accountOf(user, request.body) : undefined;
  // The platform knows its trusted proxies; the connection alone would be that of the proxy.
  return account ?? `ip:${request.ip ?? ip ?? 'unknown'}`;
}

function accountOf(user: string | undefined, body: unknown): string | undefined {
  if (user) return `user:${user}`;
  const email = (body as { email?: unknown } | null | undefined)?.email;
  return typeof email === 'string' && email.trim() !== '' ? `email:${email.trim().toLowerCase()}` : undefined;
}
