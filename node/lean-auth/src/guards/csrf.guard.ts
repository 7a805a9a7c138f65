import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { HorizonAuthException, HorizonEngine, refuse, requestOf, type RequestView } from '@ofeklabs/horizon-auth/engine';

/**
 * Refuses unsafe requests that a page of another site may have caused, on routes that ask nobody who they are.
 * `SessionGuard` does the same on those that do.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses with 403: `cross_site`, or `csrf_invalid` if there is a session cookie without the token that fits it. */
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

/**
 * Nothing, if a page of the application itself can have sent the request, or something that is no browser.
 *
 * @throws HorizonAuthException with code `cross_site` or `csrf_invalid`.
 */
export async function expectOwnPage(engine: HorizonEngine, { method, uri, headers }: RequestView): Promise<void> {
  try {
    await engine.call('expectOwnPage', { method, uri, headers });
  } catch (error) {
    // Calls know no path; the body of the refusal names it.
    throw error instanceof HorizonAuthException ? engine.refusal(error.code, uri, error) : error;
  }
}
