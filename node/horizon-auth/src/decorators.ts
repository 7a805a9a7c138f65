import { createParamDecorator, type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { PUBLIC_KEY } from './engine/controller.js';
import type { Identity } from './engine/native.js';
import { carrierOf } from './engine/request.js';

/** Metadata key of the roles that a handler or class asks for. */
export const ROLES_KEY = 'horizon-auth:roles';

/** Metadata key of the limit of a handler or class. */
export const RATE_LIMIT_KEY = 'horizon-auth:rate-limit';

/** Who shares a limit. */
export type RateLimitBy = 'ip' | 'user' | 'tenant' | ((request: any) => string | Promise<string>);

/** A limit for routes of the application. */
export interface RateLimitRule {
  /** Most requests, 1 to 100000. */
  limit: number;
  /** In how many seconds, 1 to 86400. */
  ttl: number;
  /**
   * Who shares the limit: requests of one network (the default), of one user (guarded routes only), of one tenant, or
   * for which a function returns the same text.
   */
  by?: RateLimitBy;
  /** Name of the limit; routes that give the same one share it. Class and method by default. */
  name?: string;
}

/** Lets everybody in, with or without credentials: nothing is checked, and nobody is identified. */
export const Public = (): CustomDecorator => SetMetadata(PUBLIC_KEY, true);

/** Lets in whoever has any of the roles, for `RolesGuard`. On a method it replaces those of the class. */
export const Roles = (...roles: string[]): CustomDecorator => SetMetadata(ROLES_KEY, roles);

/**
 * Limits how often a route is called, for `RateLimitGuard`. On a method it replaces that of the class.
 *
 * @throws RangeError where the class is defined, for numbers out of bounds.
 */
export const RateLimit = (rule: RateLimitRule): CustomDecorator => {
  expectWithin('limit', rule.limit, 100_000);
  expectWithin('ttl', rule.ttl, 86_400);
  return SetMetadata(RATE_LIMIT_KEY, rule);
};

/** Who sends the request, or one field of it: `@CurrentUser('email')`. `undefined` on public routes. */
export const CurrentUser: (field?: keyof Identity) => ParameterDecorator = createParamDecorator(
  (field: keyof Identity | undefined, context: ExecutionContext) => {
    const user = carrierOf(context)?.user;
    return field === undefined ? user : user?.[field];
  },
);

/** Tenant of whoever sends the request. `undefined` on public routes. */
export const CurrentTenant: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext) => carrierOf(context)?.tenantId,
);

function expectWithin(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(`@RateLimit: ${name} is not a whole number from 1 to ${most}`);
  }
}
