/** Token of the options as they were given, secrets included: keep them out of logs. */
export const AUTH_CONFIG = Symbol.for('@lean-kit/auth:config');

/** Token of the {@link MailerPort} that `mailerProvider` provides. Without one there is none: the engine sends. */
export const AUTH_MAILER = Symbol.for('@lean-kit/auth:mailer');

/** Token of {@link AuthRedis}: whether Redis is used, and how it is. The engine keeps its connection to itself. */
export const AUTH_REDIS = Symbol.for('@lean-kit/auth:redis');

/** Token of the application's own Prisma client, if the option `prisma` gives one. The engine never touches it. */
export const AUTH_PRISMA = Symbol.for('@lean-kit/auth:prisma');
