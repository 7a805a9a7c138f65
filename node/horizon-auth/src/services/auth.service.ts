import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';
import type { AuthResult, Client, PendingRegistration } from './types.js';

/**
 * The flows of the routes, for callers of your own. They keep every rule of the routes (limits, events, mails), but
 * cookies are the caller's business. Whatever is refused is a `HorizonAuthException` with the engine's code; with
 * `ssoMode` everything is a `HorizonAuthElsewhereError`, for the accounts are at the server.
 */
@Injectable()
export class AuthService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Makes an account, in the default tenant unless another is named.
   *
   * @throws HorizonAuthException with code `invalid_input`, `email_taken`, `unknown_tenant` or `rate_limited`.
   */
  register(
    email: string,
    password: string,
    tenantId?: string,
    more?: Client & { fullName?: string; locale?: string },
  ): Promise<AuthResult | PendingRegistration> {
    return this.engine.call('register', { ...more, email, password, tenantId });
  }

  /**
   * Opens a session for whoever knows the password.
   *
   * @throws HorizonAuthException with code `invalid_credentials`, `email_not_verified`, `rate_limited` or `overloaded`.
   */
  login(email: string, password: string, tenantId?: string, client?: Client): Promise<AuthResult> {
    return this.engine.call('login', { ...client, email, password, tenantId });
  }

  /**
   * Exchanges a refresh token for the next one. One that was used before is a theft and ends sessions, as
   * `refresh.reuse_scope` says.
   *
   * @throws HorizonAuthException with code `refresh_invalid`, `refresh_expired`, `refresh_reused` or `session_ended`.
   */
  refresh(refreshToken: string, tenantId?: string, client?: Client): Promise<AuthResult> {
    return this.engine.call('refresh', { ...client, refreshToken, tenantId });
  }

  /** Ends all sessions of a user: refresh tokens and access tokens, on every node. */
  async logout(userId: string, tenantId?: string): Promise<void> {
    await this.engine.call('logout', { userId, tenantId });
  }

  /** Sends a link that resets the password, if there is such an account. Nobody learns whether there is. */
  async requestPasswordReset(email: string, tenantId?: string, client?: Client): Promise<void> {
    await this.engine.call('requestPasswordReset', { ...client, email, tenantId });
  }

  /**
   * Sets a new password with the token of such a link, and ends all sessions of the user.
   *
   * @throws HorizonAuthException with code `link_invalid` or `invalid_input`.
   */
  async resetPassword(token: string, newPassword: string, client?: Client): Promise<void> {
    await this.engine.call('resetPassword', { ...client, token, newPassword });
  }

  /**
   * Sends a user the link that verifies the address; nothing if it is verified.
   *
   * @throws HorizonAuthException with code `not_found` or `rate_limited`.
   */
  async sendEmailVerification(userId: string, tenantId?: string, client?: Client): Promise<void> {
    await this.engine.call('sendEmailVerification', { ...client, userId, tenantId });
  }

  /**
   * Verifies an address with the token of such a link. With `registration.verification_proof = "password"` the
   * account's password is needed too.
   *
   * @throws HorizonAuthException with code `link_invalid` or `invalid_input`.
   */
  async verifyEmail(token: string, password?: string, client?: Client): Promise<void> {
    await this.engine.call('verifyEmail', { ...client, token, password });
  }
}
