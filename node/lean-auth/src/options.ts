import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { MountRoutes, Settings } from '@ofeklabs/horizon-auth';
import type { AuditEvent } from './services/audit.service.js';
import type { MailerPort } from './mailer.js';

/** The session cookie. */
export interface CookieConfig {
  /** Name, `session` by default. Behind `https` browsers see it as `__Host-` and the name, with `domain` as `__Secure-` and the name. */
  name?: string | undefined;
  /** Domain that shares the cookies; none by default, which is safer. */
  domain?: string | undefined;
  /** Whether browsers send cookies over `https` only; by default if `mailer.frontendUrl` is `https`. Required in production. */
  secure?: boolean | undefined;
  /** Whether the cookie comes along when somebody follows a link from another site; `strict`, the default, says no. */
  sameSite?: 'strict' | 'lax' | undefined;
  /** Most days that a session lives, used or not; 1 to 365. By default 7 without use, 30 with. */
  ttlDays?: number | undefined;
}

/** How mails are sent, and whereto their links lead. */
export interface MailerConfig {
  /** Sender of all mails, such as `Example <auth@example.com>`. */
  from?: string | undefined;
  /** The mail server. Leave it out beside `mailerProvider`. In development mails become files without it. */
  smtp?: {
    /** Name or address. */
    host: string;
    /** Port, 587 by default. With 465 TLS is spoken from the start, else after STARTTLS; only this machine may do without. */
    port?: number | undefined;
    /** User, if it wants one. */
    user?: string | undefined;
    /** Password of that user. */
    pass?: string | undefined;
  } | undefined;
  /**
   * Origin under which browsers reach the application, such as `https://app.example.com`: links in mails start with it,
   * and unsafe requests must come from its pages. The same as `public_url`. Required in production.
   */
  frontendUrl?: string | undefined;
}

/** How addresses are proved. */
export interface EmailVerificationConfig {
  /** Whether people log in with an address that they have not proved. `true` in development by default, `false` in production. */
  disableEmailVerification?: boolean | undefined;
  /** Whether a registration sends the link; `true` by default. It can be asked for at any time. */
  autoSendOnRegister?: boolean | undefined;
  /** Whether a registration opens a session although log-ins need a proved address; `false` by default. */
  sessionBeforeVerification?: boolean | undefined;
}

/** The options that have a name of their own here; beside them, every setting has the name of `horizon-auth.toml`. */
export interface NamedOptions {
  /** Where users and sessions are stored: `{ url: 'sqlite:PATH' }` or `{ url: 'postgres://…' }`. */
  database?: Settings['database'];
  /**
   * Secret beside the password hashes, at least 32 bytes: without it a stolen database gives no password away. Required.
   * To change it, write `2:BASE64,1:BASE64`, the new one first, each 32 bytes or more.
   */
  pepper?: string | undefined;
  /** Name of the cookie with the token for `X-CSRF-Token`, `csrf` by default; prefixed as the session cookie is. */
  csrfCookieName?: string | undefined;
  /** The session cookie. */
  cookie?: CookieConfig | undefined;
  /** The Redis that several processes share, `{ url: 'redis://…' }`; needs PostgreSQL. Without it one process serves alone. */
  redis?: Settings['redis'];
  /** How mails are sent. */
  mailer?: MailerConfig | undefined;
  /** How addresses are proved. */
  emailVerification?: EmailVerificationConfig | undefined;
  /** Hears each security event. Must not block; what it throws is logged. `AuditService.subscribe` does the same later. */
  onEvent?: ((event: AuditEvent) => void) | undefined;
}

/**
 * Options of the module: those of {@link NamedOptions}, and every setting of `docs/reference/configuration.md` under its
 * name in `horizon-auth.toml`, such as `http: { trusted_proxies: ['10.0.0.0/8'] }`.
 */
export type AuthModuleOptions = NamedOptions & Settings;

/** A class, factory or value that sends mails; what it injects comes from global modules and from `imports`. */
export type MailerProvider =
  | { useClass: Type<MailerPort> }
  | { useExisting: FactoryProvider['provide'] }
  | { useValue: MailerPort }
  | { useFactory: (...injected: any[]) => MailerPort | Promise<MailerPort>; inject?: NonNullable<FactoryProvider['inject']> };

/** What must be known before the options are, beside them in `forRoot` and beside `useFactory` in `forRootAsync`. */
export interface AuthModuleExtras {
  /** Sends mails in place of the engine. */
  mailerProvider?: MailerProvider | undefined;
  /** Modules whose providers `mailerProvider` (and `forRootAsync`'s factory) injects. */
  imports?: ModuleMetadata['imports'] | undefined;
  /** The application's own Prisma client, which then can be injected as `AUTH_PRISMA`. The engine has its own connection. */
  prisma?: object | undefined;
  /**
   * Which routes are mounted; all by default. `false` mounts none; `{ pages: false, admin: false }` leaves groups out:
   * `auth` (with `/sessions`), `admin`, `keys` (the JWKS), `health`, `pages` (which links of mails open), `docs` (`/docs`
   * and `/openapi.json`, in development or with `http.openapi`).
   */
  mountRoutes?: MountRoutes | undefined;
}

/** Names of {@link AuthModuleExtras}. */
export const EXTRAS = ['mailerProvider', 'imports', 'prisma', 'mountRoutes'] as const;
