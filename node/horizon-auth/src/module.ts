import {
  type CanActivate,
  ConfigurableModuleBuilder,
  type ConfigurableModuleAsyncOptions,
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { engineSettings, expectValid, isElsewhere } from './engine-settings.js';
import { HorizonEngine } from './engine/engine.js';
import { RouteMount } from './engine/mount.js';
import { enginePartsOf } from './engine/parts.js';
import { JwtAuthGuard } from './guards/jwt-auth.guard.js';
import { RateLimitGuard } from './guards/rate-limit.guard.js';
import { RolesGuard } from './guards/roles.guard.js';
import { TenantGuard } from './guards/tenant.guard.js';
import {
  AUTH_MAILER,
  HORIZON_AUTH_OPTIONS,
  type HorizonAuthConfig,
  type HorizonAuthExtras,
  type HorizonMailer,
} from './options.js';
import { AuthService } from './services/auth.service.js';
import { HorizonAuthService } from './services/horizon-auth.service.js';
import { PasswordService } from './services/password.service.js';
import { RedisService } from './services/redis.service.js';
import { TokenService } from './services/token.service.js';
import { UsersService } from './services/users.service.js';

const SHARED = [
  JwtAuthGuard,
  RolesGuard,
  TenantGuard,
  RateLimitGuard,
  HorizonAuthService,
  AuthService,
  TokenService,
  PasswordService,
  RedisService,
  UsersService,
];

const PASS: CanActivate = { canActivate: () => true };

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<HorizonAuthConfig>({
  moduleName: 'HorizonAuth',
  optionsInjectionToken: HORIZON_AUTH_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras<HorizonAuthExtras>(
    // The keys named here are taken out of the options.
    { isGlobal: true, profile: undefined, mountRoutes: undefined, mailerProvider: undefined, imports: [] },
    withEngine,
  )
  .build();

/**
 * The module. It starts one engine, mounts its routes, and offers guards and services.
 *
 * ```ts
 * HorizonAuthModule.forRoot({ database: { url: 'sqlite:auth.db' }, jwt: { privateKey } })
 * ```
 */
@Module({})
export class HorizonAuthModule extends ConfigurableModuleClass implements NestModule, OnModuleInit {
  constructor(@Inject(RouteMount) private readonly mount: RouteMount) {
    super();
  }

  /**
   * With options that are known now.
   *
   * @throws HorizonAuthConfigError at once, with everything that is wrong with them.
   */
  static override forRoot(options: HorizonAuthConfig & HorizonAuthExtras): DynamicModule {
    const {
      isGlobal,
      profile = options.http?.profile ?? 'token',
      mountRoutes,
      mailerProvider,
      imports,
      ...config
    } = options;
    expectValid(config, { profile, hasMailer: mailerProvider !== undefined });
    // An application that only verifies has no routes of its own.
    return super.forRoot({
      ...config,
      isGlobal: isGlobal ?? true,
      profile,
      mountRoutes: mountRoutes ?? !isElsewhere(config),
      mailerProvider,
      ...(imports && { imports }),
    });
  }

  /**
   * With options that a factory or class makes. Mistakes among them end the start of the application with a
   * `HorizonAuthConfigError`. An application that only verifies says `mountRoutes: false` here.
   */
  static override forRootAsync(
    options: ConfigurableModuleAsyncOptions<HorizonAuthConfig> & HorizonAuthExtras,
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

function withEngine(definition: DynamicModule, extras: HorizonAuthExtras): DynamicModule {
  const { isGlobal = true, profile = 'token', mountRoutes, mailerProvider, imports = [] } = extras;
  const { providers, controllers } = enginePartsOf<HorizonAuthConfig>({
    optionsToken: HORIZON_AUTH_OPTIONS,
    inject: [{ token: AUTH_MAILER, optional: true }],
    settings: (config, given?: HorizonMailer) =>
      engineSettings(config, profile, mailerProvider || given ? { given: given as HorizonMailer } : undefined),
    profile,
    mountRoutes,
    controllerName: 'HorizonAuthController',
  });
  const mailer: Provider[] = mailerProvider ? [{ provide: AUTH_MAILER, ...mailerProvider }] : [];
  return {
    ...definition,
    global: isGlobal,
    imports: definition.imports ?? imports,
    controllers,
    providers: [
      ...(definition.providers ?? []),
      ...mailer,
      ...providers,
      ...SHARED,
      {
        provide: APP_GUARD,
        inject: [HORIZON_AUTH_OPTIONS, JwtAuthGuard],
        useFactory: ({ guards }: HorizonAuthConfig, guard: JwtAuthGuard) =>
          guards?.applyJwtGuardGlobally ? guard : PASS,
      },
    ],
    exports: [...(definition.exports ?? []), HorizonEngine, ...SHARED],
  };
}
