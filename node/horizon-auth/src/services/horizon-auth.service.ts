import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { Identity } from '../engine/native.js';

/** The engine itself, for what the other services do not do. */
@Injectable()
export class HorizonAuthService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Verifies an access token, with revocation.
   *
   * @throws HorizonAuthException with the engine's reason.
   */
  verifyAccessToken(token: string): Promise<Identity> {
    return this.engine.verifyAccessToken(token);
  }
}
