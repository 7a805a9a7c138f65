import { HorizonAuthConfigError } from '@ofeklabs/horizon-auth';
import { checkOptions, type EngineSettings } from '@ofeklabs/horizon-auth/engine';
import { type AuthMail, deliver, type MailerPort, mailerIssues } from './mailer.js';
import { type AuthModuleOptions, EXTRAS } from './options.js';
import type { AuditEvent } from './services/audit.service.js';

/**
 * Checks options before anything is started.
 *
 * @throws HorizonAuthConfigError that lists everything that is wrong.
 */
export function expectValid(options: AuthModuleOptions, hasMailer: boolean): void {
  throwIfAny([...ownIssues(options, hasMailer), ...checkOptions(nativeOptions(options, hasMailer))]);
}

/**
 * Options as an engine is started with them. `tell` hears each security event.
 *
 * @throws HorizonAuthConfigError that lists everything that is wrong.
 */
export function engineSettings(
  options: AuthModuleOptions,
  tell: (event: AuditEvent) => void,
  mailer?: { given: MailerPort },
): EngineSettings {
  const hasMailer = mailer !== undefined;
  const issues = [...ownIssues(options, hasMailer), ...(mailer ? mailerIssues(mailer.given) : [])];
  if (issues.length > 0) throwIfAny([...issues, ...checkOptions(nativeOptions(options, hasMailer))]);
  return {
    options: nativeOptions(options, hasMailer),
    sendMail: mailer && ((mail) => deliver(mailer.given, JSON.parse(mail) as AuthMail)),
    onEvent: (event) => tell(JSON.parse(event) as AuditEvent),
  };
}

/** What the addon gets: functions stay here. */
function nativeOptions(options: AuthModuleOptions, hasMailer: boolean): object {
  // An option that is undefined must not switch production off.
  const environment = options.environment ?? (process.env['NODE_ENV'] === 'production' ? 'production' : undefined);
  const mail = hasMailer ? { mail: { ...options.mail, transport: options.mail?.transport ?? 'custom' } } : {};
  return { ...options, ...mail, environment, onEvent: undefined, http: { ...options.http, profile: 'session' } };
}

function ownIssues(options: AuthModuleOptions, hasMailer: boolean): string[] {
  const issues: string[] = [];
  const { hashing, http, mail, mailer, mode, onEvent, pepper } = options;
  if (!pepper && !hashing?.pepper && !hashing?.pepper_file) {
    issues.push('pepper: is missing: write at least 32 bytes, such as `openssl rand -base64 32` prints');
  }
  if (http?.profile !== undefined && http.profile !== 'session') {
    issues.push('http.profile: is always "session" here; @ofeklabs/horizon-auth has the others');
  }
  if (mode !== undefined && mode !== 'embedded') {
    issues.push('mode: single sign-on is for @ofeklabs/horizon-auth, on both sides: leave it out');
  }
  if (hasMailer && mailer?.smtp) {
    issues.push('mailer.smtp: is not used beside mailerProvider: leave one of them out');
  }
  if (hasMailer && mail?.transport !== undefined && mail.transport !== 'custom') {
    issues.push(`mail.transport: is "${mail.transport}" beside mailerProvider: leave one of them out`);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') issues.push('onEvent: must be a function');
  const misplaced = EXTRAS.filter((name) => name in options);
  return [...issues, ...misplaced.map((name) => `${name}: belongs beside useFactory, not into what it returns`)];
}

function throwIfAny(issues: string[]): void {
  if (issues.length > 0) throw new HorizonAuthConfigError(issues);
}
