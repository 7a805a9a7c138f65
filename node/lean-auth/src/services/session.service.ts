import { Inject, Injectable } from '@nestjs/common';
import { addCookies, HorizonAuthException, HorizonEngine, type HostResponse } from '@ofeklabs/horizon-auth/engine';

/** A session that can be used, as `GET /sessions` lists it. */
export interface Session {
  /** Id of the session. It names the session and opens nothing. */
  id: string;
  /** When it began, in ISO 8601. */
  createdAt: string;
  /** When it was last used, to the minute. */
  lastSeenAt: string;
  /** When it ends if it is not used until then. */
  expiresAt: string;
  /** A guess from the user agent, such as `Firefox on Linux`. */
  device: string | null;
  /** What the client said it is. */
  userAgent: string | null;
  /** A keyed hash of the network address, by which equal ones are recognised; `null` if none is known. */
  ipHash: string | null;
}

/** A session that has just begun. */
export interface NewSession {
  /** Id of the session. It names the session and opens nothing. */
  id: string;
  /** When it ends at the latest, in ISO 8601. */
  expiresAt: string;
  /**
   * The `Set-Cookie` lines of the session and of its token against cross-site requests, as a log-in sends them. Whoever
   * has the first one is logged in: hand them to nobody but the browser, by `writeCookies`, and keep them out of logs.
   */
  setCookie: string[];
}

/** From where a session is asked for, as `GET /sessions`, limits and events note it. */
export interface SessionClient {
  /** Address of the other end, as the platform knows it (`request.ip`). */
  ip?: string | undefined;
  /** What calls itself there. */
  userAgent?: string | undefined;
}

/** Of which tenant. */
export interface InTenant {
  /** Of this tenant; the default one without it. */
  tenantId?: string;
}

/**
 * Where people are logged in. Once a method that ends sessions has returned, no process accepts their cookies. Ids of
 * sessions always come with the user's, so that an id from outside never reaches the session of somebody else.
 */
@Injectable()
export class SessionService {
  constructor(@Inject(HorizonEngine) private readonly engine: HorizonEngine) {}

  /**
   * Begins a session for somebody whom the application knows by other means, such as an identity provider or an
   * invitation, and asks for no password: **the caller has made sure who it is**. It is always a new one; no cookie that
   * a request came with is adopted. Where a page of another site could have caused the request, the caller has made sure
   * of that too (`state` of OAuth, or `CsrfGuard`), or people end up in the account of somebody else. Whether the address
   * is proved is not asked.
   *
   * @throws HorizonAuthException with code `not_found` if there is no such user, `forbidden` if the account is disabled,
   * `invalid_input` if that is no id, `unavailable`.
   */
  create(userId: string, { ip, userAgent, tenantId }: SessionClient & InTenant = {}): Promise<NewSession> {
    return this.engine.call<NewSession>('createSession', { userId, tenantId, ip, userAgent });
  }

  /**
   * Puts the cookies of a new session onto a response of Express or Fastify (`@Res({ passthrough: true })`), beside those
   * that the application sets, and forbids caches to keep the answer. They replace those of a former session in the
   * browser; that session itself goes on until it is ended.
   *
   * @throws TypeError if it is no response; Error if the answer is on its way already.
   */
  writeCookies({ setCookie }: NewSession, response: object): void {
    addCookies(response as HostResponse, setCookie);
  }

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
