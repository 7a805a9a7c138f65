import { Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res, SetMetadata, type Type, VERSION_NEUTRAL } from '@nestjs/common';
import { Bridge } from './bridge.js';
import type { Route } from './routes.js';
import { type HostRequest, uriOf } from './request.js';
import type { HostResponse } from './respond.js';

/** Metadata key of handlers and classes that everybody may call. */
export const PUBLIC_KEY = 'horizon-auth:public';

const DECORATORS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

/**
 * A controller with one method for each route, which hands the request to the engine. Guards of this package let
 * everybody pass: who may call is the engine's to say.
 */
export function controllerOf(name: string, routes: readonly Route[]): Type {
  class EngineController {
    constructor(private readonly bridge: Bridge) {}

    serve(path: string, request: HostRequest, response: HostResponse): Promise<void> {
      return this.bridge.serve(request, response, placeOf(uriOf(request), path));
    }
  }
  Object.defineProperty(EngineController, 'name', { value: name });
  Inject(Bridge)(EngineController, undefined, 0);
  for (const { method, path } of routes) {
    const handler = methodName(method, path);
    const prototype = EngineController.prototype as unknown as Record<string, unknown>;
    prototype[handler] = function (this: EngineController, request: HostRequest, response: HostResponse) {
      return this.serve(path, request, response);
    };
    Req()(prototype, handler, 0);
    Res()(prototype, handler, 1);
    const descriptor = Object.getOwnPropertyDescriptor(prototype, handler) as PropertyDescriptor;
    DECORATORS[method](path.replaceAll(/\{(\w+)\}/g, ':$1'))(prototype, handler, descriptor);
  }
  SetMetadata(PUBLIC_KEY, true)(EngineController);
  Controller({ version: VERSION_NEUTRAL })(EngineController);
  return EngineController as Type;
}

/** Takes what the application put before a path off it: `/api/v1/auth/login?a=b` of `/auth/login` is `/api/v1`. */
export function placeOf(written: string, path: string): { prefix: string; uri: string } {
  const query = written.indexOf('?');
  const pathname = query < 0 ? written : written.slice(0, query);
  const slash = pathname.endsWith('/') ? '/' : '';
  const parts = pathname.slice(0, pathname.length - slash.length).split('/');
  const own = parts.slice(-(path.split('/').length - 1));
  const uri = `/${own.join('/')}`;
  const prefix = pathname.slice(0, pathname.length - slash.length - uri.length);
  return { prefix, uri: uri + slash + (query < 0 ? '' : written.slice(query)) };
}

function methodName(method: string, path: string): string {
  const words = path.split(/[^a-z]+/i).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
