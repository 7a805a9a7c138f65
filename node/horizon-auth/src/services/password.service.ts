import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '../engine/engine.js';

/**
 * Password hashes, made in the engine's bounded pool: the event loop never waits for one. With `ssoMode` there is no
 * pool, and these reject with a `HorizonAuthElsewhereError`.
 */
@Injectable()
export class PasswordService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Hashes a password with Argon2id at the configured cost.
   *
   * @throws HorizonAuthException with code `invalid_input` (8 to 128 characters) or `overloaded`.
   */
  hash(password: string): Promise<string> {
    return this.engine.call('hashPassword', { password });
  }

  /**
   * Whether a password fits a hash. One that is no hash fits nothing.
   *
   * @throws HorizonAuthException with code `overloaded`.
   */
  verify(password: string, hash: string): Promise<boolean> {
    return this.engine.call('verifyPassword', { password, hash });
  }

  /** Whether a hash is one of bcrypt. */
  isBcryptHash(hash: string): boolean {
    return /^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);
  }

  /**
   * Whether a password fits a bcrypt hash; if so, the user's password is stored anew as Argon2id. Log-ins do the same
   * by themselves with `security.bcryptMigration`.
   */
  async verifyAndMigrate(password: string, bcryptHash: string, userId: string, tenantId?: string): Promise<boolean> {
    const args = { password, hash: bcryptHash, userId, tenantId };
    const { valid } = await this.engine.call<{ valid: boolean }>('verifyAndMigrate', args);
    return valid;
  }
}
