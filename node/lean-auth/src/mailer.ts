import type { HorizonMail } from '@ofeklabs/horizon-auth';

/** One mail: ready to be sent as it is, with everything to write another one of your own. */
export type AuthMail = HorizonMail;

/** Whom a mail is for. */
export interface MailUser {
  /** Id of the account; there is none where a mail goes to an address without one. */
  id?: string;
  /** The address. */
  email: string;
}

/**
 * Sends mails in place of the engine; give it to the module as `mailerProvider`.
 *
 * A method that rejects is called again later: after 10 seconds, then with growing pauses, twelve times at most. Then
 * the event `mail_failed` is recorded. A mail may be handed over twice (a process that dies in between); both times it
 * has the same `messageId`.
 */
export interface MailerPort {
  /**
   * Sends the mail by which an address is proved. The token goes to `POST /auth/verify`; `mail.link` opens a page
   * that does that. Whoever has the token can use it: keep it out of logs.
   */
  sendVerifyEmail(user: MailUser, token: string, mail: AuthMail): Promise<void>;
  /** Sends the mail by which a forgotten password is replaced. The token goes to `POST /auth/reset-password`. */
  sendPasswordReset(user: MailUser, token: string, mail: AuthMail): Promise<void>;
  /**
   * Sends every other mail: `password_changed`, `confirm_email_change` (with a token), `email_change_requested`,
   * `email_changed`, `already_registered`, `account_deleted`. Without it these count as failed, which the log and the
   * event `mail_failed` tell; none is lost silently.
   */
  send?(mail: AuthMail): Promise<void>;
}

/** What of a mailer is missing, in words for the developer; nothing if it is one. */
export function mailerIssues(mailer: unknown): string[] {
  const given = (mailer ?? {}) as Record<keyof MailerPort, unknown>;
  const needed = (['sendVerifyEmail', 'sendPasswordReset'] as const).filter((name) => typeof given[name] !== 'function');
  const issues = needed.map((name) => `mailerProvider: what it provides has no method ${name}(user, token)`);
  if (given.send !== undefined && typeof given.send !== 'function') {
    issues.push('mailerProvider: what it provides has something else than a method as send(mail)');
  }
  return issues;
}

/** Hands one mail to the method that is for it. */
export async function deliver(mailer: MailerPort, mail: AuthMail): Promise<void> {
  const user: MailUser = mail.userId === undefined ? { email: mail.to } : { id: mail.userId, email: mail.to };
  switch (mail.kind) {
    case 'verify_email':
      return mailer.sendVerifyEmail(user, tokenOf(mail), mail);
    case 'reset_password':
      return mailer.sendPasswordReset(user, tokenOf(mail), mail);
    default:
      if (!mailer.send) throw new Error(`the mailer has no method send(mail), which ${mail.kind} needs`);
      return mailer.send(mail);
  }
}

function tokenOf({ kind, token }: AuthMail): string {
  if (!token) throw new Error(`${kind} came without its token`);
  return token;
}
