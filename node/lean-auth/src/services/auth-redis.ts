import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '@ofeklabs/horizon-auth/engine';

/** How a part of the engine is. */
export interface PartHealth {
  /** Whether it answers; `disabled` if there is none. */
  status: 'healthy' | 'unhealthy' | 'disabled';
  /** How long it took, in milliseconds. */
  latency?: number;
  /** Why it does not answer. */
  error?: string;
}

/**
 * What can be known of the engine's Redis. The connection itself is not handed out: whoever could write there could
 * undo revocations. For data of your own, open a connection of your own, best as a user who may not touch `auth:*`.
 */
@Injectable()
export class AuthRedis {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** How Redis is. */
  async health(): Promise<PartHealth> {
    return (await this.engine.call<{ redis: PartHealth }>('health')).redis;
  }
}
