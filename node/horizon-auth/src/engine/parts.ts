import type { FactoryProvider, InjectionToken, Provider, Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Bridge, BODY_TIMEOUT } from './bridge.js';
import { controllerOf } from './controller.js';
import { type EngineSettings, HorizonEngine } from './engine.js';
import { HorizonAuthExceptionFilter } from './filter.js';
import { MOUNTED, RouteMount } from './mount.js';
import { isAtRoot, type Profile, type RouteGroup, routesOf, ssoRoutes } from './routes.js';

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
  /** Whether the options make a server for single sign-on, which has a log-in page. */
  isSsoServer: (options: Options) => boolean;
  /** Name of the controller, as logs and Swagger show it. */
  controllerName: string;
}

/** Providers and controllers of a module around an engine. The module calls `RouteMount` in its life cycle. */
export function enginePartsOf<Options>(parts: EngineParts<Options>): { providers: Provider[]; controllers: Type[] } {
  const routes = [...routesOf(parts.profile), ...ssoRoutes()].filter(({ group }) => isMounted(group, parts.mountRoutes));
  const inNest = routes.filter((route) => !isAtRoot(route));
  const providers: Provider[] = [
    {
      provide: HorizonEngine,
      inject: [parts.optionsToken, ...(parts.inject ?? [])],
      useFactory: async (options: Options, ...injected: never[]) =>
        HorizonEngine.open(await parts.settings(options, ...injected)),
    },
    {
      provide: BODY_TIMEOUT,
      inject: [parts.optionsToken],
      useFactory: ({ http }: { http?: { body_timeout?: unknown; bodyTimeout?: unknown } }) =>
        milliseconds(http?.body_timeout ?? http?.bodyTimeout),
    },
    {
      provide: MOUNTED,
      inject: [parts.optionsToken],
      // Elsewhere `/login` is the application's.
      useFactory: (options: Options) =>
        routes.filter((route) => route.group !== 'sso' || !isAtRoot(route) || parts.isSsoServer(options)),
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

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

/** A duration that the engine has checked, or its default. */
function milliseconds(text: unknown): number {
  const [, count, unit] = /^(\d+)(ms|s|m)$/.exec(String(text)) ?? [];
  return count && unit ? Number(count) * (UNITS[unit] as number) : 10_000;
}
