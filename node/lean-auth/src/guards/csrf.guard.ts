import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HorizonEngine, refuse, requestOf } from '@ofeklabs/horizon-auth/engine';

/**
 * Refuses unsafe requests that a page of another site may have caused, on routes that ask nobody who they are.
 * `SessionGuard` does the same on those that do, as far as a cookie is what proves the caller.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses with 403 `cross_site` or `csrf_invalid`, or with 503 when nobody can know. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const view = requestOf(context);
    if (!view) return refuse(context, this.engine.refusal('cross_site', '/'));
    try {
      await this.engine.expectOwnPage(view);
      return true;
    } catch (error) {
      return refuse(context, error);
    }
  }
}
