import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { Health, HealthStatus } from './types.js';

/**
 * What several processes share. Without Redis, one process serves alone, and the same calls work on its own memory and
 * database. Entries of the blacklist are never taken back: there is no `unblacklist`. With `ssoMode` all of it is at the
 * server, and these reject with a `HorizonAuthElsewhereError`.
 */
@Injectable()
export class RedisService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Blacklists an access token by its `jti` for so many seconds, on every node. */
  async blacklist(tokenId: string, ttlSeconds: number): Promise<void> {
    await this.engine.call('blacklistToken', { tokenId, expiresAt: Date.now() + Math.ceil(ttlSeconds * 1000) });
  }

  /** Whether an access token was blacklisted by its `jti`. */
  isBlacklisted(tokenId: string): Promise<boolean> {
    return this.engine.call('isBlacklisted', { tokenId });
  }

  /** Whether Redis answers; `disabled` where there is none. */
  async healthCheck(): Promise<HealthStatus> {
    const { redis } = await this.engine.call<Health>('health');
    return redis;
  }
}
