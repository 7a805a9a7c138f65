import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import { HorizonEngine, type HostRequest, viewOf } from '@ofeklabs/horizon-auth/engine';

/**
 * {@link CsrfGuard} for everything below a path, whatever answers there:
 * `consumer.apply(CsrfMiddleware).forRoutes('forms')`.
 */
@Injectable()
export class CsrfMiddleware implements NestMiddleware<HostRequest, unknown> {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Refuses as {@link CsrfGuard} does. */
  async use(request: HostRequest, _response: unknown, next: () => void): Promise<void> {
    const view = viewOf(request);
    if (!view) throw this.engine.refusal('cross_site', '/');
    await this.engine.expectOwnPage(view);
    next();
  }
}
