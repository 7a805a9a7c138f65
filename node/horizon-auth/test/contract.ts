// Compiles only if the addon is what the package takes it for, and the other way round.
import type * as addon from '../../native/index.d.cts';
import type { HorizonAuthConfig } from '../src/index.js';
import type { Answer, Facts, Head, Identity, NativeAddon, NativeEngine, NativeHooks, Outcome, Problem } from '../src/engine/native.js';

type Same<A, B> = [A, B] extends [B, A] ? true : never;

export const same: [
  Same<addon.Problem, Problem>,
  Same<addon.Identity, Identity>,
  Same<addon.Outcome, Outcome>,
  Same<addon.Answer, Answer>,
  Same<addon.Facts, Facts>,
  Same<addon.Head, Head>,
  Same<addon.Hooks, NativeHooks>,
  Same<Omit<addon.Engine, never>, Omit<NativeEngine, never>>,
] = [true, true, true, true, true, true, true, true];

export const offered: Omit<NativeAddon, 'Engine'> = {} as typeof addon;
export const opened: (...args: Parameters<typeof addon.Engine.open>) => Promise<NativeEngine> = {} as typeof addon.Engine.open;

// The options of the design, and settings under the names that they have in the configuration file.
export const options: HorizonAuthConfig = {
  database: { url: process.env['DATABASE_URL'], max_connections: 5 },
  redis: { host: 'localhost', port: 6379, password: process.env['REDIS_PASSWORD'], db: 1 },
  jwt: { privateKey: 'pem', publicKey: 'pem', accessTokenExpiry: '15m', refreshTokenExpiry: '7d', leeway: '5s' },
  multiTenant: { enabled: true, tenantIdExtractor: 'custom', customExtractor: (request: { id: string }) => request.id },
  rateLimit: { login: { limit: 5, ttl: 60 } },
  email: { provider: 'custom', from: 'a@example.com', customSender: async (_to, _subject, _html) => {} },
  security: { bcryptMigration: true, cookieSecure: true, cookieDomain: 'example.com' },
  guards: { applyJwtGuardGlobally: true },
  http: { trusted_proxies: ['10.0.0.0/8'] },
};
