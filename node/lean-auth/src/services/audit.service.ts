import { Inject, Injectable } from '@nestjs/common';
import type { HorizonAuthEvent } from '@ofeklabs/horizon-auth';
import { HorizonEngine } from '@ofeklabs/horizon-auth/engine';
import { AuditFeed, type AuditListener } from './audit-feed.js';

/** A security event as listeners hear it; `docs/reference/events.md` lists them. It names nobody but by id. */
export type AuditEvent = HorizonAuthEvent;

/** A security event as the trail holds it. */
export interface AuditRecord extends AuditEvent {
  /** Id of the event; ids grow with time. */
  id: string;
  /** The address it concerns, masked, if there is one. */
  email?: string;
  /** The network address; here a keyed hash of it, by which equal ones are recognised. */
  ip?: string;
  /** What the client said it is. */
  userAgent?: string;
}

/** Which events are looked for; what is left out does not narrow the search. */
export interface AuditSearch {
  /** Any of these events, such as `login_failed`. */
  kinds?: string[];
  /** Events at least this grave. */
  level?: 'info' | 'warn' | 'error';
  /** What this account did or suffered. */
  userId?: string;
  /** The same, by its address; also events of no account that have the same masked address. */
  email?: string;
  /** From this network address, also where hashes are kept. */
  ip?: string;
  /** Of this session. */
  sessionId?: string;
  /** Of this request: every answer carries its `X-Request-Id`. */
  requestId?: string;
  /** Not before this time. */
  since?: Date;
  /** Before this time. */
  until?: Date;
  /** The oldest first; by default the newest. */
  oldestFirst?: boolean;
  /** Most events of the answer, 1 to 1000; 100 by default. */
  limit?: number;
  /** Where the answer before this one ended. */
  cursor?: string;
  /** Of this tenant; the default one without it. */
  tenantId?: string;
}

/** A part of the trail. */
export interface AuditPage {
  /** The events. */
  events: AuditRecord[];
  /** Where to go on; `null` at the end. */
  cursor: string | null;
}

/** The trail of security events: it can be read and listened to, not changed. */
@Injectable()
export class AuditService {
  constructor(
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
    @Inject(AuditFeed) private readonly feed: AuditFeed,
  ) {}

  /**
   * Events of the trail, whichever process caused them.
   *
   * @throws HorizonAuthException with code `invalid_input` or `unavailable`.
   */
  search({ ip, ...search }: AuditSearch = {}): Promise<AuditPage> {
    // In calls `ip` is who calls.
    return this.engine.call<AuditPage>('searchAudit', { ...search, network: ip });
  }

  /**
   * Tells every event that this process causes from now on, right after it is stored; returns what ends that. Must not
   * block. What the listener throws is logged.
   */
  subscribe(listener: AuditListener): () => void {
    return this.feed.subscribe(listener);
  }
}
