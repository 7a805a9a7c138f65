import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata, UseGuards } from '@nestjs/common';
import { Roles, RolesGuard } from '@ofeklabs/horizon-auth';
import { carrierOf } from '@ofeklabs/horizon-auth/engine';
import { RateLimitGuard } from './guards/rate-limit.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import { checkedRule, RATE_LIMIT_KEY, type RateLimitRule } from './rate-limit.js';
import type { SessionUser } from './session-user.js';

/**
 * Lets in whoever is logged in and has any of the roles; class and method may both say it, then the method counts.
 * It brings `SessionGuard` and `RolesGuard` with it, so that a route is never open because they were forgotten.
 *
 * @throws TypeError if it names no role.
 */
export function RequireRole(...roles: [role: string, ...others: string[]]): MethodDecorator & ClassDecorator {
  if (roles.length === 0 || roles.some((role) => typeof role !== 'string' || role === '')) {
    throw new TypeError("@RequireRole: name at least one role, such as @RequireRole('admin')");
  }
  return applyDecorators(Roles(...roles), UseGuards(SessionGuard, RolesGuard));
}

/**
 * Limits how often a route is called; every rule must allow it. On a method it replaces the rules of the class.
 * It brings `RateLimitGuard` with it. Write it above `@RequireRole` or `@UseGuards(SessionGuard)`: what is above is
 * looked at later, and then a rule by account knows whose request it is.
 *
 * @throws TypeError that names what is wrong with a rule.
 */
export function RateLimit(...rules: [rule: RateLimitRule, ...others: RateLimitRule[]]): MethodDecorator & ClassDecorator {
  if (rules.length === 0) throw new TypeError('@RateLimit: write at least one rule');
  return applyDecorators(SetMetadata(RATE_LIMIT_KEY, rules.map(checkedRule)), UseGuards(RateLimitGuard));
}

/** Who sends the request, or one field of it: `@CurrentUser('email')`. `undefined` on public routes. */
export const CurrentUser: (field?: keyof SessionUser) => ParameterDecorator = createParamDecorator(
  (field: keyof SessionUser | undefined, context: ExecutionContext) => {
    const user = carrierOf(context)?.user as SessionUser | undefined;
    return field === undefined ? user : user?.[field];
  },
);
