import { Inject, Injectable } from '@nestjs/common';
import { HorizonAuthException, HorizonEngine } from '@ofeklabs/horizon-auth/engine';

/** A session that can be used, as `GET /sessions` lists it. */
export interface Session {
  /** Id of the session. It names the session and opens nothing. */
  id: string;
  /** When it began, in ISO 8601. */
  createdAt: string;
  /** When it was last used, to the minute. */
  lastSeenAt: string;
  /** When it ends at the latest. */
  expiresAt: string;
  /** A guess from the user agent, such as `Firefox on Linux`. */
  device: string | null;
  /** What the client said it is. */
  userAgent: string | null;
}

/** Of which tenant. */
export interface InTenant {
  /** Of this tenant; the default one without it. */
  tenantId?: string;
}

/**
 * Where people are logged in. Once a method that ends sessions has returned, no process accepts their cookies. Ids of
 * sessions always come with the user's, so that an id from outside never reaches the session of somebody else.
 *
 * There is no method that begins one: `POST /auth/login` does, because only there a cookie can be handed out together
 * with all that makes it safe.
 */
@Injectable()
export class SessionService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** A session of the user that can be used, or `null`. */
  async get(sessionId: string, userId: string, where: InTenant = {}): Promise<Session | null> {
    const sessions = await this.listForUser(userId, where);
    return sessions.find(({ id }) => id === sessionId) ?? null;
  }

  /** The sessions of a user that can be used, the newest first. */
  listForUser(userId: string, { tenantId }: InTenant = {}): Promise<Session[]> {
    return this.engine.call<Session[]>('listSessions', { userId, tenantId });
  }

  /** Ends a session of the user; whether there was one to end. */
  async revoke(sessionId: string, userId: string, { tenantId }: InTenant = {}): Promise<boolean> {
    try {
      await this.engine.call('revokeSession', { sessionId, userId, tenantId });
      return true;
    } catch (error) {
      if (error instanceof HorizonAuthException && error.code === 'not_found') return false;
      throw error;
    }
  }

  /**
   * Ends all sessions of a user; how many there were.
   *
   * @throws HorizonAuthException with code `not_found` if there is no such user.
   */
  revokeAll(userId: string, { tenantId }: InTenant = {}): Promise<number> {
    return this.engine.call<number>('revokeAllTokens', { userId, tenantId });
  }
}
