import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { HealthStatus } from './types.js';

/**
 * What several processes share. Without Redis, one process serves alone, and the same calls work on its own memory and
 * database. Entries of the blacklist are never taken back: there is no `unblacklist`.
 */
@Injectable()
export class RedisService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** Blacklists an access token by its `jti` for so many seconds, on every node. */
  async blacklist(tokenId: string, ttlSeconds: number): Promise<void> {
    const expiresAt = new Date(Date.now() + ttlSeconds * 1000).toISOString();
    await this.engine.call('tokens.blacklist', { tokenId, expiresAt });
  }

  /** Whether an access token was blacklisted by its `jti`. */
  isBlacklisted(tokenId: string): Promise<boolean> {
    return this.engine.call('tokens.isBlacklisted', { tokenId });
  }

  /** Whether Redis answers; `null` where there is none. */
  async healthCheck(): Promise<HealthStatus | null> {
    const { redis } = await this.engine.call<{ redis: HealthStatus | null }>('health');
    return redis;
  }
}
