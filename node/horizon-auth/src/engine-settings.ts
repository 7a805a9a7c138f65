import { checkOptions, type EngineSettings } from './engine/engine.js';
import { HorizonAuthConfigError } from './engine/problem.js';
import type { Profile } from './engine/routes.js';
import type { HorizonAuthConfig, HorizonAuthEvent, HorizonMail, HorizonMailer } from './options.js';

/** What of the options only this side can see. */
interface Surroundings {
  profile: Profile;
  /** Whether `mailerProvider` is given. */
  hasMailer: boolean;
}

/**
 * Checks options before anything is started.
 *
 * @throws HorizonAuthConfigError that lists everything that is wrong.
 */
export function expectValid(config: HorizonAuthConfig, surroundings: Surroundings): void {
  const issues = [...functionIssues(config, surroundings), ...checkOptions(nativeOptions(config, surroundings))];
  if (issues.length > 0) throw new HorizonAuthConfigError(issues);
}

/**
 * Options as an engine is started with them.
 *
 * @throws HorizonAuthConfigError if functions are missing that the options ask for, or that a mailer must have.
 */
export function engineSettings(config: HorizonAuthConfig, profile: Profile, mailer?: { given: HorizonMailer }): EngineSettings {
  const surroundings = { profile, hasMailer: mailer !== undefined };
  const issues = functionIssues(config, surroundings);
  if (mailer && typeof (mailer.given as Partial<HorizonMailer> | null | undefined)?.send !== 'function') {
    issues.push('mailerProvider: what it provides has no method send(mail)');
  }
  if (issues.length > 0) throw new HorizonAuthConfigError([...issues, ...checkOptions(nativeOptions(config, surroundings))]);
  const { customSender } = config.email ?? {};
  const { onEvent } = config;
  return {
    options: nativeOptions(config, surroundings),
    tenantOf: isCustomTenant(config) ? config.multiTenant?.customExtractor : undefined,
    sendMail: mailer
      ? (mail) => mailer.given.send(JSON.parse(mail) as HorizonMail)
      : customSender &&
        ((mail) => {
          const { to, subject, html } = JSON.parse(mail) as HorizonMail;
          return customSender(to, subject, html);
        }),
    onEvent: onEvent && ((event) => onEvent(JSON.parse(event) as HorizonAuthEvent)),
  };
}

/** Whether people log in elsewhere, and this application only verifies. Which controllers it has is decided before it has an engine to ask. */
export function isElsewhere({ ssoMode, mode }: HorizonAuthConfig): boolean {
  return ssoMode === true || mode === 'sso_client';
}

/** Functions stay here; what the addon gets instead is what they stand for. */
function nativeOptions(config: HorizonAuthConfig, { profile, hasMailer }: Surroundings): object {
  const { environment = process.env['NODE_ENV'] === 'production' ? 'production' : undefined } = config;
  const hasSender = hasMailer || typeof config.email?.customSender === 'function';
  const email = hasSender ? { email: { ...config.email, provider: config.email?.provider ?? 'custom' } } : {};
  // Last, so that a variable which is not set takes nothing back.
  return { ...config, ...email, environment, http: { ...config.http, profile } };
}

function functionIssues(config: HorizonAuthConfig, { profile, hasMailer }: Surroundings): string[] {
  const issues: string[] = [];
  const { multiTenant, email, http, onEvent } = config;
  if (isCustomTenant(config) && typeof multiTenant?.customExtractor !== 'function') {
    issues.push('multiTenant.customExtractor: must be a function, because tenantIdExtractor is "custom"');
  }
  if (email?.provider === 'custom' && !hasMailer && typeof email.customSender !== 'function') {
    issues.push('email.customSender: must be a function, because provider is "custom"; or give a mailerProvider');
  }
  if (email?.provider !== undefined && email.provider !== 'custom' && (hasMailer || email.customSender !== undefined)) {
    issues.push(`email.provider: is "${email.provider}" beside a function that sends mails: keep one of them`);
  }
  if (onEvent !== undefined && typeof onEvent !== 'function') issues.push('onEvent: must be a function');
  if (http?.profile !== undefined && http.profile !== profile) {
    issues.push(`http.profile: say \`profile: '${http.profile}'\` beside the options; routes are made before they are read`);
  }
  return issues;
}

function isCustomTenant({ multiTenant }: HorizonAuthConfig): boolean {
  return multiTenant?.enabled === true && multiTenant.tenantIdExtractor === 'custom';
}
