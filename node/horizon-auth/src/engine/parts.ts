import type { FactoryProvider, InjectionToken, Provider, Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { BodyBounds } from './body.js';
import { Bridge, BODY_BOUNDS } from './bridge.js';
import { controllerOf } from './controller.js';
import { type EngineSettings, HorizonEngine } from './engine.js';
import { HorizonAuthExceptionFilter } from './filter.js';
import { MOUNTED, RouteMount } from './mount.js';
import { docsRoutes, isAtRoot, type Profile, type Route, type RouteGroup, routesOf, ssoRoutes } from './routes.js';

/** Which groups of routes a module mounts; those of `auth` are all or nothing with the module's controller. */
export type MountRoutes = boolean | Partial<Record<RouteGroup, boolean>>;

/** What a module around an engine is made of. */
export interface EngineParts<Options> {
  /** Token under which the module provides its options. */
  optionsToken: InjectionToken;
  /** What the engine is started with, made of the options and of what `inject` names. */
  settings: (options: Options, ...injected: never[]) => EngineSettings | Promise<EngineSettings>;
  /** What `settings` gets beside the options. */
  inject?: FactoryProvider['inject'];
  /** Which routes there are. */
  profile: Profile;
  /** Which of them are mounted; all without it. */
  mountRoutes?: MountRoutes | undefined;
  /** Name of the controller, as logs and Swagger show it. */
  controllerName: string;
}

/** Providers and controllers of a module around an engine. The module calls `RouteMount` in its life cycle. */
export function enginePartsOf<Options>(parts: EngineParts<Options>): { providers: Provider[]; controllers: Type[] } {
  const every = [...routesOf(parts.profile), ...ssoRoutes(), ...docsRoutes()];
  const routes = every.filter(({ group }) => isMounted(group, parts.mountRoutes));
  // Those of single sign-on and of the document are known when there is an engine: `RouteMount` serves them.
  const inNest = routes.filter((route) => !isAtRoot(route) && route.group !== 'sso');
  const providers: Provider[] = [
    {
      provide: HorizonEngine,
      inject: [parts.optionsToken, ...(parts.inject ?? [])],
      useFactory: async (options: Options, ...injected: never[]) =>
        HorizonEngine.open(await parts.settings(options, ...injected)),
    },
    {
      provide: BODY_BOUNDS,
      inject: [HorizonEngine],
      useFactory: ({ facts }: HorizonEngine): BodyBounds => ({ bytes: facts.maxBodyBytes, milliseconds: facts.bodyTimeoutMs }),
    },
    {
      provide: MOUNTED,
      inject: [HorizonEngine],
      // Elsewhere `/login` and `/docs` are the application's.
      useFactory: ({ facts }: HorizonEngine): Route[] => {
        const served = { sso: facts.mode === 'sso_server', docs: facts.servesDocuments };
        return routes.filter(({ group }) => (group === 'sso' || group === 'docs' ? served[group] : true));
      },
    },
    Bridge,
    RouteMount,
    { provide: APP_FILTER, useClass: HorizonAuthExceptionFilter },
  ];
  return { providers, controllers: inNest.length > 0 ? [controllerOf(parts.controllerName, inNest)] : [] };
}

function isMounted(group: RouteGroup, mount: MountRoutes = true): boolean {
  return typeof mount === 'boolean' ? mount : (mount[group] ?? true);
}
