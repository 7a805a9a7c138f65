import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HorizonAuthException, HorizonEngine, refuse, requestOf, type RequestView } from '@ofeklabs/horizon-auth/engine';

/**
 * Refuses unsafe requests with a session that a page of another site may have caused, on routes that ask nobody who
 * they are. `SessionGuard` does the same on those that do.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses with 403 `cross_site` or `csrf_invalid`, or with 503 when nobody can know. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const view = requestOf(context);
    if (!view) return refuse(context, this.engine.refusal('cross_site', '/'));
    try {
      await expectOwnPage(this.engine, view);
      return true;
    } catch (error) {
      return refuse(context, error);
    }
  }
}

/** Who is not let in as somebody has no session that another site could use. */
const NOBODY = new Set([
  'token_missing',
  'token_invalid',
  'token_expired',
  'token_revoked',
  'session_invalid',
  'session_ended',
]);

/**
 * Nothing, if the request carries no session, or a page of the application itself can have sent it.
 *
 * @throws HorizonAuthException with code `cross_site` or `csrf_invalid`, or whatever else the engine refuses with.
 */
export async function expectOwnPage(engine: HorizonEngine, view: RequestView): Promise<void> {
  try {
    await engine.admit(view);
  } catch (error) {
    if (error instanceof HorizonAuthException && NOBODY.has(error.code)) return;
    throw error;
  }
}
