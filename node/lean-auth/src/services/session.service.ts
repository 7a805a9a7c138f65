import { Inject, Injectable } from '@nestjs/common';
import { HorizonEngine } from '@ofeklabs/horizon-auth/engine';

/** A session that can be used, as `GET /sessions` lists it. */
export interface Session {
  /** Id of the session. It names the session and opens nothing. */
  id: string;
  /** Whose session it is. */
  userId: string;
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
  /** A keyed hash of the network address at the log-in. */
  ipHash: string | null;
}

/** Of which tenant. */
export interface InTenant {
  /** Of this tenant; the default one without it. */
  tenantId?: string;
}

/**
 * Where people are logged in. Once a method that ends sessions has returned, no process accepts their cookies.
 *
 * There is no method that begins one: `POST /auth/login` does, because only there a cookie can be handed out together
 * with all that makes it safe.
 */
@Injectable()
export class SessionService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /** A session that can be used, or `null`. */
  get(sessionId: string, { tenantId }: InTenant = {}): Promise<Session | null> {
    return this.engine.call<Session | null>('sessions.get', { sessionId, tenantId });
  }

  /** The sessions of a user that can be used, the newest first. */
  listForUser(userId: string, { tenantId }: InTenant = {}): Promise<Session[]> {
    return this.engine.call<Session[]>('sessions.list', { userId, tenantId });
  }

  /** Ends a session; whether there was one to end. */
  revoke(sessionId: string, { tenantId }: InTenant = {}): Promise<boolean> {
    return this.engine.call<boolean>('sessions.end', { sessionId, tenantId });
  }

  /**
   * Ends all sessions of a user; how many there were.
   *
   * @throws HorizonAuthException with code `not_found` if there is no such user.
   */
  revokeAll(userId: string, { tenantId }: InTenant = {}): Promise<number> {
    return this.engine.call<number>('sessions.endAll', { userId, tenantId });
  }
}
