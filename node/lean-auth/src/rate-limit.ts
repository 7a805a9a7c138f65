/** Metadata key of the limits of a handler or class. */
export const RATE_LIMIT_KEY = '@lean-kit/auth:rate-limit';

/** At most `limit` requests in `windowSec` seconds. Windows slide: what is counted leaves them one by one. */
export interface RateLimitRule {
  /** Name of the limit; routes whose rules have the same one are counted together. */
  key: string;
  /** Most requests, 1 to 100,000. */
  limit: number;
  /** In how many seconds, 1 to 86,400. */
  windowSec: number;
  /**
   * Who is counted together: requests of one network (`ip`), or for one account (`account`): that of who is logged in,
   * else the one whose address is the body's `email`; where a request has neither, its network.
   */
  by: 'ip' | 'account';
}

const MOST = 100_000;
const LONGEST = 86_400;

/**
 * The rule, if it is one.
 *
 * @throws TypeError that names the field and what to write.
 */
export function checkedRule(rule: RateLimitRule): RateLimitRule {
  const { key, limit, windowSec, by } = rule;
  if (typeof key !== 'string' || key === '') throw new TypeError('@RateLimit: key is missing: name the limit');
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) {
    throw new TypeError(`@RateLimit: limit of ${key} is no whole number from 1 to ${MOST}`);
  }
  if (!Number.isInteger(windowSec) || windowSec < 1 || windowSec > LONGEST) {
    throw new TypeError(`@RateLimit: windowSec of ${key} is no whole number from 1 to ${LONGEST}`);
  }
  if (by !== 'ip' && by !== 'account') throw new TypeError(`@RateLimit: by of ${key} is neither 'ip' nor 'account'`);
  return { key, limit, windowSec, by };
}
