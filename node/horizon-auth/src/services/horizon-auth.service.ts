import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { Identity } from '../engine/native.js';
import { type HostRequest, viewOf } from '../engine/request.js';
import type { Health, RouteAnswer } from './types.js';

/** The engine itself, for what guards and the other services do not do. */
@Injectable()
export class HorizonAuthService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Who sends a request of Express, Fastify or Node, as `JwtAuthGuard` would find out.
   *
   * @throws HorizonAuthException with the engine's reason; TypeError if it is no request.
   */
  async identify(request: object): Promise<Identity> {
    const view = viewOf(request as HostRequest);
    if (!view) throw new TypeError('not a request of Express, Fastify or Node');
    return this.engine.admit(view);
  }

  /**
   * Hands a request of your own making to the routes of the engine. `headers` are flat: name, value, …; `tenantId` is
   * for a custom extractor.
   *
   * @throws HorizonAuthElsewhereError with `ssoMode`, where there are no routes.
   */
  async handle(request: {
    method: string;
    uri: string;
    headers?: string[];
    body?: Uint8Array | null;
    ip?: string | null;
    tenantId?: string | null;
  }): Promise<RouteAnswer> {
    this.engine.expectHere('handle');
    const { method, uri, headers = [], body = null, ip = null, tenantId = null } = request;
    const answer = await this.engine.handle({ method, uri, headers, ip }, uri, body, tenantId);
    return { status: answer.status, headers: [...answer.headers], body: Buffer.from(answer.body) };
  }

  /**
   * Whether the parts answer.
   *
   * @throws HorizonAuthElsewhereError with `ssoMode`, where there are none.
   */
  health(): Promise<Health> {
    return this.engine.call('health');
  }
}
