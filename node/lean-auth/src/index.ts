export {
  HorizonAuthConfigError,
  HorizonAuthException,
  HorizonAuthExceptionFilter,
  type MountRoutes,
  type ProblemBody,
  Public,
  RolesGuard,
  type Settings,
} from '@ofeklabs/horizon-auth';
export { CsrfMiddleware } from './csrf.middleware.js';
export * from './decorators.js';
export { CsrfGuard } from './guards/csrf.guard.js';
export { RateLimitGuard } from './guards/rate-limit.guard.js';
export { SessionGuard } from './guards/session.guard.js';
export type { AuthMail, MailerPort, MailUser } from './mailer.js';
export { AuthModule } from './module.js';
export * from './modules.js';
export type {
  AuthModuleExtras,
  AuthModuleOptions,
  CookieConfig,
  EmailVerificationConfig,
  MailerConfig,
  MailerProvider,
  NamedOptions,
} from './options.js';
export type { RateLimitRule } from './rate-limit.js';
export type { AuditListener } from './services/audit-feed.js';
export { type AuditEvent, type AuditPage, type AuditRecord, type AuditSearch, AuditService } from './services/audit.service.js';
export { AuthRedis, type PartHealth } from './services/auth-redis.js';
export { RoleService } from './services/role.service.js';
export { type InTenant, type NewSession, type Session, type SessionClient, SessionService } from './services/session.service.js';
export type { SessionUser } from './session-user.js';
export * from './tokens.js';
