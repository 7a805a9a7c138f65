import { Injectable, Logger } from '@nestjs/common';
import type { AuditEvent } from './audit.service.js';

/** Hears a security event. */
export type AuditListener = (event: AuditEvent) => unknown;

/** Hands the events of the engine to whoever listens. */
@Injectable()
export class AuditFeed {
  readonly #listeners = new Set<AuditListener>();
  readonly #logger = new Logger('AuditService');

  /** Listens from now on; returns what ends it. */
  subscribe(listener: AuditListener): () => void {
    // A function of its own, so that the same listener may listen twice.
    const own: AuditListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells everybody. Whoever fails hurts nobody else. */
  tell(event: AuditEvent): void {
    for (const listener of this.#listeners) {
      try {
        Promise.resolve(listener(event)).catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#logger.error(`a listener failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
