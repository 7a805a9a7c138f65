import { Inject, Injectable, RequestMethod } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server } from 'node:http';
import { Bridge } from './bridge.js';
import { hideBody } from './body.js';
import { settle } from './engine.js';
import { type HostRequest, rawOf, rememberUpgrade, uriOf } from './request.js';
import type { HostResponse, Sendable } from './respond.js';
import { isAtRoot, type Route } from './routes.js';
import { Turnstile } from './turnstile.js';

/** The routes that a module has mounted. */
export const MOUNTED = Symbol.for('@ofeklabs/horizon-auth:mounted');

type Next = (error?: unknown) => void;
type Handler = (request: HostRequest, response: HostResponse) => unknown;

/** What of Nest's adapters is used; both platforms have it. */
interface Adapter {
  getType(): string;
  getHttpServer(): Server | undefined;
  getInstance(): FastifyInstance;
  use(middleware: (...args: never[]) => unknown): unknown;
  get(path: string, handler: Handler): unknown;
  post(path: string, handler: Handler): unknown;
}

interface FastifyInstance {
  addHook(
    name: 'preParsing',
    hook: (request: HostRequest & { is404: boolean }, reply: HostResponse, payload: unknown) => Promise<unknown>,
  ): unknown;
}

/**
 * Everything about routes that controllers cannot do: those at the root, bodies that the engine must read itself, and
 * what the engine says below `/auth`, or has as its document, where the application has no route.
 */
@Injectable()
export class RouteMount {
  private exact = new Set<string>();
  /** Of paths with parameters; of none before they are learned. */
  private pattern = /(?!)/;
  private below: string[] = [];
  private unrouted = new Set<string>();
  private documents = new Set<string>();
  private atRoot = new Set<string>();
  private prefix = '';
  private readonly turnstile = new Turnstile();
  /** Where this application has the paths of the engine. */
  private served = new Map<string, string>();

  constructor(
    @Inject(Bridge) private readonly bridge: Bridge,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ApplicationConfig) private readonly config: ApplicationConfig,
    @Inject(MOUNTED) private readonly routes: readonly Route[],
  ) {}

  /** Call from `configure()`: parsers and CORS are there, routes of the application are not. */
  beforeRoutes(): void {
    const adapter = this.adapter();
    if (!adapter) return;
    if (this.routes.length === 0) return;
    this.learnPaths();
    if (adapter.getType() === 'fastify') this.hookFastify(adapter);
    else this.useInExpress(adapter);
    for (const { method, path, group } of this.routes.filter(isAtRoot)) {
      if (group === 'docs') continue;
      const serve: Handler = (request, response) => this.serve(request, response);
      if (method === 'GET') adapter.get(path, serve);
      else adapter.post(path, serve);
    }
  }

  /** Call from `onModuleInit()`: all routes are there, the handler for what was not found is not. */
  afterRoutes(): void {
    const adapter = this.adapter();
    if (!adapter) return;
    const server = adapter.getHttpServer();
    // Node hands a request to change protocols to whoever listens, and answers it itself only if nobody does.
    if (server && server.listenerCount('upgrade') > 0) server.prependListener('upgrade', rememberUpgrade);
    if (this.routes.length === 0 || adapter.getType() !== 'express') return;
    adapter.use((request: HostRequest, response: HostResponse, next: Next) => {
      const path = pathOf(rawOf(request));
      return this.isBelow(path) ? void this.serve(request, response, this.unroutedBody(path)) : next();
    });
    // Only where requests do not come through Node's server, as in functions: parsers have seen the body there.
    adapter.use((error: { body?: unknown; type?: unknown }, request: HostRequest, response: HostResponse, next: Next) => {
      const unparsed = typeof error?.type === 'string' && this.isOwn(pathOf(rawOf(request)));
      if (!unparsed) return next(error);
      return void this.serve(request, response, typeof error.body === 'string' ? Buffer.from(error.body) : null);
    });
  }

  private useInExpress(adapter: Adapter): void {
    adapter.getHttpServer()?.prependListener('request', (raw: IncomingMessage) => this.keepFromParsers(raw));
    adapter.use((request: HostRequest, _response: HostResponse, next: Next) => {
      if (!this.isBelow(pathOf(rawOf(request)))) return next();
      return settle(this.turnstile.pass(), () => next());
    });
  }

  private hookFastify(adapter: Adapter): void {
    adapter.getInstance().addHook('preParsing', async (request, reply, payload) => {
      const raw = rawOf(request);
      const path = pathOf(raw);
      if (!this.isBelow(path)) return payload;
      await this.turnstile.pass();
      if (request.is404) {
        await this.serve(request, reply, this.unroutedBody(path));
        return reply;
      }
      if (this.isOwn(path)) hideBody(raw);
      return payload;
    });
  }

  private keepFromParsers(raw: IncomingMessage): void {
    if (this.isOwn(pathOf(raw))) hideBody(raw);
  }

  private serve(request: HostRequest, response: HostResponse, body?: Uint8Array | null): Promise<void> {
    const written = uriOf(request);
    const isBelowPrefix = written.startsWith(`${this.prefix}/`) && !this.atRoot.has(pathOf(rawOf(request)));
    const prefix = isBelowPrefix ? this.prefix : '';
    const place = { prefix, uri: written.slice(prefix.length) };
    return this.bridge.serve(request, response, place, body, (answer) => this.inOwnPaths(place.uri, answer));
  }

  /** The document names each path as this application has it. */
  private inOwnPaths(uri: string, answer: Sendable): Sendable {
    if (this.prefix === '' || answer.status !== 200 || uri.split('?', 1)[0] !== '/openapi.json') return answer;
    const document = JSON.parse(answer.body.toString()) as { paths: Record<string, unknown> };
    const paths = Object.entries(document.paths).map(([path, item]) => [this.served.get(path) ?? path, item]);
    return { ...answer, body: JSON.stringify({ ...document, paths: Object.fromEntries(paths) }) };
  }

  /** Of what no controller took, only routes without one have a body that matters: `undefined` is to be read. */
  private unroutedBody(path: string): null | undefined {
    return this.unrouted.has(path) ? undefined : null;
  }

  private isOwn(path: string): boolean {
    return this.exact.has(path) || this.pattern.test(path);
  }

  /** Of the engine or next to it: `/auth/nothing` too. */
  private isBelow(path: string): boolean {
    return this.isOwn(path) || this.documents.has(path) || this.below.some((start) => path.startsWith(start));
  }

  private learnPaths(): void {
    this.prefix = normal(this.config.getGlobalPrefix());
    const patterns: string[] = [];
    for (const route of this.routes) {
      if (isAtRoot(route)) this.atRoot.add(route.path);
      if (route.group === 'docs') {
        // Many applications have documents of their own there, and then these are not asked for.
        this.documents.add(route.path);
        continue;
      }
      const path = (isAtRoot(route) || this.isExcluded(route) ? '' : this.prefix) + route.path;
      this.served.set(route.path, path);
      if (path.includes('{')) patterns.push(escaped(path).replaceAll(/\\\{\w+\\\}/g, '[^/]+'));
      else this.exact.add(path);
      if (route.group === 'sso' && !isAtRoot(route)) this.unrouted.add(path);
      const at = path.indexOf('/auth/');
      if (route.group === 'auth' && at >= 0) this.below.push(path.slice(0, at + '/auth/'.length));
    }
    this.below = [...new Set(this.below)];
    if (patterns.length > 0) this.pattern = new RegExp(`^(?:${patterns.join('|')})$`);
  }

  private isExcluded({ method, path }: Route): boolean {
    const excluded = this.config.getGlobalPrefixOptions().exclude ?? [];
    return excluded.some(
      ({ pathRegex, requestMethod }) =>
        (requestMethod === RequestMethod.ALL || requestMethod === RequestMethod[method]) && pathRegex.test(path),
    );
  }

  private adapter(): Adapter | undefined {
    const adapter = this.host?.httpAdapter as unknown as Adapter | undefined;
    const type = adapter?.getType?.();
    return type === 'express' || type === 'fastify' ? adapter : undefined;
  }
}

function pathOf(raw: IncomingMessage): string {
  const url = uriOf(raw);
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

function normal(prefix: string): string {
  const trimmed = prefix.replaceAll(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
