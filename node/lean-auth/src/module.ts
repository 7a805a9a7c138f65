import {
  ConfigurableModuleBuilder,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnModuleInit,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { enginePartsOf, HorizonEngine, RouteMount } from '@ofeklabs/horizon-auth/engine';
import { engineSettings, expectValid } from './engine-settings.js';
import type { MailerPort } from './mailer.js';
import { AuditModule, CsrfModule, MailerModule, RateLimitModule, RbacModule, SessionModule } from './modules.js';
import type { AuthModuleExtras, AuthModuleOptions } from './options.js';
import { AuditFeed } from './services/audit-feed.js';
import { AuthRedis } from './services/auth-redis.js';
import { AUTH_CONFIG, AUTH_MAILER, AUTH_PRISMA, AUTH_REDIS } from './tokens.js';

const PARTS = [SessionModule, CsrfModule, RateLimitModule, RbacModule, AuditModule];

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<AuthModuleOptions>({
  moduleName: 'Auth',
  optionsInjectionToken: AUTH_CONFIG,
})
  .setClassMethodName('forRoot')
  .setExtras<AuthModuleExtras>(
    // The keys named here are taken out of the options.
    { mailerProvider: undefined, imports: undefined, prisma: undefined, mountRoutes: undefined },
    withEngine,
  )
  .build();

/**
 * The module. It starts one engine, mounts its routes, and offers guards and services to the whole application.
 *
 * ```ts
 * AuthModule.forRoot({ database: { url: 'sqlite:auth.db' }, pepper: process.env.AUTH_PEPPER })
 * ```
 */
@Module({})
export class AuthModule extends ConfigurableModuleClass implements NestModule, OnModuleInit {
  constructor(@Inject(RouteMount) private readonly mount: RouteMount) {
    super();
  }

  /**
   * With options that are known now.
   *
   * @throws HorizonAuthConfigError at once, with everything that is wrong with them.
   */
  static override forRoot(options: AuthModuleOptions & AuthModuleExtras): DynamicModule {
    const { mailerProvider, imports, prisma, mountRoutes, ...own } = options;
    expectValid(own, mailerProvider !== undefined);
    return super.forRoot({ ...own, mailerProvider, imports, prisma, mountRoutes });
  }

  /**
   * With options that a factory or class makes. Mistakes among them end the start of the application with a
   * `HorizonAuthConfigError`.
   */
  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<AuthModuleOptions> & AuthModuleExtras,
  ): DynamicModule {
    return super.forRootAsync(options);
  }

  /** Mounts what must be there before the routes of the application. */
  configure(): void {
    this.mount.beforeRoutes();
  }

  /** Mounts what must come after them. */
  onModuleInit(): void {
    this.mount.afterRoutes();
  }
}

function withEngine(definition: DynamicModule, extras: AuthModuleExtras): DynamicModule {
  const { mailerProvider, prisma, mountRoutes } = extras;
  // Nest hands those of `forRootAsync` over in the definition, those of `forRoot` among the extras.
  const imports = [...new Set([...(definition.imports ?? []), ...(extras.imports ?? [])])];
  const { providers, controllers } = enginePartsOf<AuthModuleOptions>({
    optionsToken: AUTH_CONFIG,
    // Only a mailer that this module was given: none that happens to be there under the same token.
    inject: [AuditFeed, ...(mailerProvider ? [AUTH_MAILER] : [])],
    settings: (options, feed: AuditFeed, given?: MailerPort) => {
      if (options.onEvent) feed.subscribe(options.onEvent);
      return engineSettings(options, (event) => feed.tell(event), mailerProvider && { given: given as MailerPort });
    },
    profile: 'session',
    mountRoutes,
    controllerName: 'AuthController',
  });
  return {
    ...definition,
    global: true,
    imports: [...imports, MailerModule.with(mailerProvider, imports), ...PARTS],
    controllers,
    providers: [
      ...(definition.providers ?? []),
      ...providers,
      AuditFeed,
      Reflector,
      { provide: AUTH_REDIS, useClass: AuthRedis },
      ...(prisma ? [{ provide: AUTH_PRISMA, useValue: prisma }] : []),
    ],
    exports: [
      ...(definition.exports ?? []),
      ...PARTS,
      MailerModule,
      HorizonEngine,
      AuditFeed,
      Reflector,
      AUTH_CONFIG,
      AUTH_REDIS,
      ...(prisma ? [AUTH_PRISMA] : []),
    ],
  };
}
