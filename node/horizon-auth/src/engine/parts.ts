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
  /** Whether the options make a server for single sign-on, which has a log-in page. */
  isSsoServer: (options: Options) => boolean;
  /** Name of the controller, as logs and Swagger show it. */
  controllerName: string;
}

/** Providers and controllers of a module around an engine. The module calls `RouteMount` in its life cycle. */
export function enginePartsOf<Options>(parts: EngineParts<Options>): { providers: Provider[]; controllers: Type[] } {
  const every = [...routesOf(parts.profile), ...ssoRoutes(), ...docsRoutes()];
  const routes = every.filter(({ group }) => isMounted(group, parts.mountRoutes));
  // Those of single sign-on and of the document are known with the options only: `RouteMount` serves them.
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
      inject: [parts.optionsToken],
      useFactory: ({ http }: { http?: HttpBounds }): BodyBounds => ({
        bytes: size(http?.max_body ?? http?.maxBody),
        milliseconds: milliseconds(http?.body_timeout ?? http?.bodyTimeout),
      }),
    },
    {
      provide: MOUNTED,
      inject: [parts.optionsToken, HorizonEngine],
      // Elsewhere `/login` and `/docs` are the application's.
      useFactory: async (options: Options, engine: HorizonEngine): Promise<Route[]> => {
        const served = { sso: parts.isSsoServer(options), docs: await servesDocs(engine) };
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

/** Whether the settings want the document to be served. The engine knows when they do. */
async function servesDocs(engine: HorizonEngine): Promise<boolean> {
  const uri = '/openapi.json';
  const { status } = await engine.handle({ method: 'GET', uri, headers: [], ip: null }, uri, null, null);
  return status === 200;
}

/** Settings that the engine has checked, in either spelling. */
interface HttpBounds {
  max_body?: unknown;
  maxBody?: unknown;
  body_timeout?: unknown;
  bodyTimeout?: unknown;
}

const SIZES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 * 1024 };

/** A size that the engine has checked, or its default. */
function size(text: unknown): number {
  const [, count, unit] = /^(\d+) ?(B|KiB|MiB)$/.exec(String(text)) ?? [];
  return count && unit ? Number(count) * (SIZES[unit] as number) : 16 * 1024;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

/** A duration that the engine has checked, or its default. */
function milliseconds(text: unknown): number {
  const [, count, unit] = /^(\d+)(ms|s|m)$/.exec(String(text)) ?? [];
  return count && unit ? Number(count) * (UNITS[unit] as number) : 10_000;
}
