import { type DynamicModule, Module, type ModuleMetadata } from '@nestjs/common';
import { RolesGuard } from '@ofeklabs/horizon-auth';
import { CsrfMiddleware } from './csrf.middleware.js';
import { CsrfGuard } from './guards/csrf.guard.js';
import { RateLimitGuard } from './guards/rate-limit.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import type { MailerProvider } from './options.js';
import { AuditService } from './services/audit.service.js';
import { RoleService } from './services/role.service.js';
import { SessionService } from './services/session.service.js';
import { AUTH_MAILER } from './tokens.js';

// Each of these is part of `AuthModule`, which is global: an application imports them only to say what a module of its
// own uses. They ask the engine of `AuthModule` and do not start without it; none changes what another one does.

/** Sessions: `SessionService` and `SessionGuard`, which checks the token against cross-site requests too. */
@Module({ providers: [SessionService, SessionGuard], exports: [SessionService, SessionGuard] })
export class SessionModule {}

/** The check against cross-site requests for routes that ask nobody who they are. Applies to nothing by itself. */
@Module({ providers: [CsrfGuard, CsrfMiddleware], exports: [CsrfGuard, CsrfMiddleware] })
export class CsrfModule {}

/** Limits for routes of the application. Those of the engine's own routes hold without it. */
@Module({ providers: [RateLimitGuard], exports: [RateLimitGuard] })
export class RateLimitModule {}

/** Roles: `RolesGuard`, which refuses whoever no other guard has identified, and `RoleService`. */
@Module({ providers: [RolesGuard, RoleService], exports: [RolesGuard, RoleService] })
export class RbacModule {}

/** The trail of security events. */
@Module({ providers: [AuditService], exports: [AuditService] })
export class AuditModule {}

/** Holds what `mailerProvider` provides as `AUTH_MAILER`; empty where the engine sends mails. */
@Module({})
export class MailerModule {
  /** With a mailer and the modules whose providers it injects. */
  static with(provider: MailerProvider | undefined, imports: ModuleMetadata['imports'] = []): DynamicModule {
    if (!provider) return { module: MailerModule };
    return {
      module: MailerModule,
      imports,
      providers: [{ provide: AUTH_MAILER, ...provider }],
      exports: [AUTH_MAILER],
    };
  }
}
