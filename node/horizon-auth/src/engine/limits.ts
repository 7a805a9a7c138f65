import type { ExecutionContext } from '@nestjs/common';
import { refuse } from './admission.js';
import type { HorizonEngine } from './engine.js';
import { requestOf, type RequestView } from './request.js';

/** One hit of a rule, to be counted. */
export interface Hit {
  /** Name of the rule. */
  rule: string;
  /** Who is counted; hits of one rule with the same key are counted together. */
  key: string;
  /** Most hits, 1 to 100000. */
  limit: number;
  /** In how many seconds, 1 to 86400. */
  seconds: number;
}

/**
 * Counts the request behind a handler for each rule, one after the other, and lets it pass if all allow it. What carries
 * no request cannot be counted, and does not pass.
 *
 * @throws HorizonAuthException with code `rate_limited` and `Retry-After`, `unavailable` if nobody can count, or whatever
 * `hitOf` throws; over WebSockets a `WsException` with the same body.
 */
export async function countIn<Rule>(
  context: ExecutionContext,
  engine: HorizonEngine,
  rules: readonly Rule[],
  hitOf: (rule: Rule, view: RequestView) => Hit | Promise<Hit>,
): Promise<true> {
  const view = requestOf(context);
  try {
    if (!view) throw engine.refusal('token_missing', '/');
    for (const rule of rules) {
      const hit = await hitOf(rule, view);
      await engine.limit(hit.rule, hit.key, hit.limit, hit.seconds, view.uri);
    }
    return true;
  } catch (error) {
    return refuse(context, error);
  }
}

/**
 * The address whose network a limit is for, if it is known: what the platform says, because it knows its trusted proxies,
 * and the connection alone would be that of the proxy.
 */
export function addressOf({ request, ip }: RequestView): string | null {
  return request.ip ?? ip;
}
