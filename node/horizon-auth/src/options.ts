import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { MountRoutes } from './engine/parts.js';
import type { Profile } from './engine/routes.js';
import type { Settings } from './settings.js';

/** At most `limit` in `ttl` seconds. */
export interface RateLimitOption {
  /** Most hits. */
  limit: number;
  /** In how many seconds. */
  ttl: number;
}

/** A security event, such as a log-in; `docs/reference/events.md` lists them. It names nobody but by id. */
export interface HorizonAuthEvent {
  /** When, in ISO 8601. */
  timestamp: string;
  /** How grave it is. */
  level: 'info' | 'warn' | 'error';
  /** What happened, such as `login_succeeded`. */
  event: string;
  /** In which tenant. */
  tenantId: string;
  /** Whose account it concerns, if it is known. */
  userId?: string;
  /** Which session it concerns, if any. */
  sessionId?: string;
  /** Id of the request, as logs and error bodies name it. */
  requestId: string;
}

/** One mail, ready to be sent. */
export interface HorizonMail {
  /** The address it goes to. */
  to: string;
  /** Who sends it, such as `Example <auth@example.com>`. */
  from: string;
  /** The subject. */
  subject: string;
  /** The body, as HTML. */
  html: string;
  /** The body, as plain text. */
  text: string;
  /** What it is about, such as `verify_email`. */
  kind: string;
  /** Language of the words, such as `en`. */
  locale: string;
  /** The same for every attempt to send this mail. */
  messageId: string;
  /** Tenant of whoever it is for. */
  tenantId: string;
  /** Id of whoever it is for, if there is an account. */
  userId?: string;
  /** The link in it, if any. Who has it can do what it is for: keep it out of logs. */
  link?: string;
  /** The one-time token in that link, for words of your own. A secret like it. */
  token?: string;
}

/** Sends mails in place of the engine; give it to the module as `mailerProvider`. */
export interface HorizonMailer {
  /** Sends one mail. Rejecting means: try again later, with growing pauses. */
  send(mail: HorizonMail): Promise<void> | void;
}

/** The options that have a name of their own here; beside them, every setting has the name of `horizon-auth.toml`. */
export interface NamedOptions {
  /** Where users and sessions are stored. */
  database?: {
    /** `sqlite:PATH`, or `postgres://…`. */
    url?: string | undefined;
  } | undefined;
  /** The Redis that several processes share; needs PostgreSQL. Without it one process serves alone. */
  redis?: {
    /** Name or address. */
    host?: string | undefined;
    /** Port, 6379 by default. */
    port?: number | undefined;
    /** Password. */
    password?: string | undefined;
    /** Number of the database. */
    db?: number | undefined;
    /** All of it as one URL instead. */
    url?: string | undefined;
  } | undefined;
  /** Access and refresh tokens. */
  jwt?: {
    /** Private key that signs access tokens, as PEM; line breaks may be written as `\n`. */
    privateKey?: string | undefined;
    /** Public key that verifies them, as PEM; taken from the private key by default. */
    publicKey?: string | undefined;
    /** Life of an access token, such as `15m`, the default; 30s to 1d. */
    accessTokenExpiry?: string | undefined;
    /** Life of a refresh token that nobody uses, such as `7d`, the default; 1m to 365d. */
    refreshTokenExpiry?: string | undefined;
    /** The `iss` claim; `horizon-auth` by default. */
    issuer?: string | undefined;
    /** The `aud` claim; `horizon-api` by default. */
    audience?: string | undefined;
  } | undefined;
  /** Several closed groups of people in one installation. */
  multiTenant?: {
    /** Whether requests name a tenant. */
    enabled: boolean;
    /** How they do: by `X-Tenant-ID`, by their host, or as `customExtractor` says. */
    tenantIdExtractor?: 'header' | 'subdomain' | 'custom' | undefined;
    /** Names the tenant of a request of Express or Fastify; nothing means the default tenant. */
    customExtractor?: ((request: any) => string | null | undefined | Promise<string | null | undefined>) | undefined;
    /** Tenant of requests that name none; `default` by default. */
    defaultTenantId?: string | undefined;
  } | undefined;
  /** Limits for each network. */
  rateLimit?: {
    /** Log-in attempts, 5 in a minute by default. */
    login?: RateLimitOption | undefined;
    /** Registrations, 3 in a minute by default. */
    register?: RateLimitOption | undefined;
    /** Requests for a reset link, 3 in an hour by default. */
    passwordReset?: RateLimitOption | undefined;
  } | undefined;
  /** How mails are sent. */
  email?: {
    /** A provider, or your own function. */
    provider?: 'resend' | 'sendgrid' | 'custom' | undefined;
    /** Key of the provider. */
    apiKey?: string | undefined;
    /** Sender of all mails, such as `Example <auth@example.com>`. */
    from?: string | undefined;
    /** Sends one mail. Rejecting means: try again later, with growing pauses. */
    customSender?: ((to: string, subject: string, html: string) => Promise<void> | void) | undefined;
  } | undefined;
  /** Cookies and old password hashes. */
  security?: {
    /** Whether bcrypt hashes are accepted, and replaced at the next log-in. */
    bcryptMigration?: boolean | undefined;
    /** Whether browsers send cookies over `https` only; required in production. */
    cookieSecure?: boolean | undefined;
    /** Domain that shares the cookies; for single sign-on only. */
    cookieDomain?: string | undefined;
  } | undefined;
  /** Guards of the whole application. */
  guards?: {
    /** Whether every route needs an access token but those marked `@Public()`; not by default. */
    applyJwtGuardGlobally?: boolean | undefined;
  } | undefined;
  /**
   * Whether people log in elsewhere, and this application only verifies, as `sso` says; `false` by default. The server
   * of such applications has `mode: 'sso_server'`.
   */
  ssoMode?: boolean | undefined;
  /** Hears each security event. Must not block; what it throws is logged. */
  onEvent?: ((event: HorizonAuthEvent) => void) | undefined;
}

/**
 * Options of the module: those of {@link NamedOptions}, and every setting of `docs/reference/configuration.md` under
 * its name in `horizon-auth.toml`, such as `http: { trusted_proxies: ['10.0.0.0/8'] }`.
 */
export type HorizonAuthConfig = NamedOptions & Settings;

/** A class, factory or value that sends mails. */
export type MailerProvider =
  | { useClass: Type<HorizonMailer> }
  | { useExisting: FactoryProvider['provide'] }
  | { useValue: HorizonMailer }
  | { useFactory: (...injected: any[]) => HorizonMailer | Promise<HorizonMailer>; inject?: NonNullable<FactoryProvider['inject']> };

/** What must be known before the options are, beside them in `forRoot` and `forRootAsync`. */
export interface HorizonAuthExtras {
  /** Whether guards and services are there for every module of the application; they are by default. */
  isGlobal?: boolean | undefined;
  /** Access tokens, session cookies or both; `token` by default. */
  profile?: Profile | undefined;
  /**
   * Which routes are mounted; all by default. `false` mounts none; `{ pages: false, admin: false }` leaves groups out:
   * `auth`, `admin`, `keys` (the JWKS), `health`, `pages` (which links of mails open), `sso`, `docs` (`/docs` and
   * `/openapi.json`, in development or with `http.openapi`).
   */
  mountRoutes?: MountRoutes | undefined;
  /** Sends mails in place of the engine. */
  mailerProvider?: MailerProvider | undefined;
  /** Modules whose providers the mailer, or the factory of the options, needs. */
  imports?: NonNullable<ModuleMetadata['imports']>;
}

/** Token of the module's options. */
export const HORIZON_AUTH_OPTIONS = Symbol.for('@ofeklabs/horizon-auth:options');

/** Token of the {@link HorizonMailer} that `mailerProvider` provides. */
export const AUTH_MAILER = Symbol.for('@ofeklabs/horizon-auth:mailer');

