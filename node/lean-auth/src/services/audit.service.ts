import { Inject, Injectable } from '@nestjs/common';
import type { HorizonAuthEvent } from '@ofeklabs/horizon-auth';
import { AuditFeed, type AuditListener } from './audit-feed.js';

/** A security event as listeners hear it; `docs/reference/events.md` lists them. It names nobody but by id. */
export type AuditEvent = HorizonAuthEvent;

/** The trail of security events as it grows: it can be listened to, not changed. */
@Injectable()
export class AuditService {
  constructor(@Inject(AuditFeed) private readonly feed: AuditFeed) {}

  /**
   * Tells every event that this process causes from now on, right after it is stored; returns what ends that. Must not
   * block. What the listener throws is logged.
   */
  subscribe(listener: AuditListener): () => void {
    return this.feed.subscribe(listener);
  }
}
