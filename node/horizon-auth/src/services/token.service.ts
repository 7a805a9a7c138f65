import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { Identity } from '../engine/native.js';
import type { AuthResult } from './types.js';

/**
 * Tokens. There is no way to make one without a session: a log-in makes it, and whatever ends the session ends it.
 */
@Injectable()
export class TokenService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Verifies an access token, with revocation. With `tenantId`, a token of another tenant is refused.
   *
   * @throws HorizonAuthException with code `token_invalid`, `token_expired`, `token_revoked`, `tenant_mismatch` or,
   * when nobody can know, `unavailable`.
   */
  verifyAccessToken(token: string, tenantId?: string): Promise<Identity> {
    return this.engine.verifyAccessToken(token, tenantId);
  }

  /**
   * Verifies signature, times, issuer and audience alone: a token that was revoked passes. For what harms nobody.
   *
   * @throws HorizonAuthException with code `token_invalid` or `token_expired`.
   */
  verifyAccessTokenSync(token: string): Identity {
    return this.engine.verifyAccessTokenSync(token);
  }

  /** Exchanges a refresh token for the next one; the same as `AuthService.refresh`. */
  rotateRefreshToken(refreshToken: string): Promise<AuthResult> {
    return this.engine.call('auth.refresh', { refreshToken });
  }

  /** Ends all sessions of a user; the same as `AuthService.logout`. */
  async revokeAllTokens(userId: string): Promise<void> {
    await this.engine.call('auth.logout', { userId });
  }

  /** Whether an access token was blacklisted by its `jti`. */
  isBlacklisted(tokenId: string): Promise<boolean> {
    return this.engine.call('tokens.isBlacklisted', { tokenId });
  }

  /** Blacklists an access token by its `jti` until it expires, on every node. It cannot be taken back. */
  async blacklistToken(tokenId: string, expiresAt: Date): Promise<void> {
    await this.engine.call('tokens.blacklist', { tokenId, expiresAt: expiresAt.toISOString() });
  }
}
