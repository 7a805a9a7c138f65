import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { Identity } from '../engine/native.js';
import type { AuthResult } from './types.js';

/**
 * Tokens, beside those that the routes hand out. With `ssoMode` there is what verifies; everything else rejects with a
 * `HorizonAuthElsewhereError`.
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

  /**
   * Signs an access token for a user whom the application vouches for. What it says beside the user comes from the
   * account; with `roles`, only those of them that are named. It hangs on no session: it ends when it expires, by
   * {@link revokeAllTokens}, or by {@link blacklistToken}.
   *
   * @throws HorizonAuthException with code `not_found`, `forbidden` or, for a disabled tenant, `tenant_disabled`.
   */
  generateAccessToken(payload: { sub: string; roles?: string[] }, tenantId?: string): Promise<string> {
    return this.engine.call('generateAccessToken', { ...payload, tenantId });
  }

  /** Opens a session for a user whom the application vouches for, and gives its refresh token. */
  generateRefreshToken(userId: string, tenantId?: string): Promise<string> {
    return this.engine.call('generateRefreshToken', { userId, tenantId });
  }

  /** Exchanges a refresh token for the next one; the same as `AuthService.refresh`. */
  rotateRefreshToken(refreshToken: string, tenantId?: string): Promise<AuthResult> {
    return this.engine.call('rotateRefreshToken', { refreshToken, tenantId });
  }

  /** Ends all sessions of a user; the same as `AuthService.logout`. */
  async revokeAllTokens(userId: string, tenantId?: string): Promise<void> {
    await this.engine.call('revokeAllTokens', { userId, tenantId });
  }

  /** Whether an access token was blacklisted by its `jti`. */
  isBlacklisted(tokenId: string): Promise<boolean> {
    return this.engine.call('isBlacklisted', { tokenId });
  }

  /** Blacklists an access token by its `jti` until it expires, on every node. It cannot be taken back. */
  async blacklistToken(tokenId: string, expiresAt: Date): Promise<void> {
    await this.engine.call('blacklistToken', { tokenId, expiresAt: expiresAt.getTime() });
  }
}
