import type { ExecutionContext } from '@nestjs/common';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Identity } from './native.js';

/** What Express, Fastify and Node have in common, as far as it is needed here. */
export interface HostRequest {
  /** Set by the guards: who sends the request. */
  user?: Identity;
  /** Set by the guards: the tenant of whoever sends the request. */
  tenantId?: string;
  /** Fastify's own request beneath. */
  raw?: IncomingMessage;
  /** Express's and Fastify's URL before routers changed it. */
  originalUrl?: string;
  /** The address as the platform sees it, by its own setting of trusted proxies. */
  ip?: string;
  /** The parsed body. */
  body?: unknown;
  /** The body as it came, if the application keeps it. */
  rawBody?: unknown;
  url?: string | undefined;
  method?: string | undefined;
  headers?: IncomingHttpHeaders;
}

/** A request as the engine needs it, whatever brought it. */
export interface RequestView {
  /** The method; that of a WebSocket counts as unsafe, because no browser asks before it opens one. */
  method: string;
  /** Path and query as the client wrote them. */
  uri: string;
  /** Flat header lines. */
  headers: readonly string[];
  /** Address of the other end of the connection. */
  ip: string | null;
  /** The request as the application knows it; of a WebSocket the one that opened it. */
  request: HostRequest;
}

interface Handshake {
  headers?: IncomingHttpHeaders;
  auth?: { token?: unknown };
  url?: string | undefined;
  address?: string;
}

interface SocketLike extends HostRequest {
  handshake?: Handshake;
  request?: IncomingMessage;
  upgradeReq?: IncomingMessage;
  _socket?: Duplex;
}

interface GraphqlContext {
  req?: HostRequest;
  request?: HostRequest;
  reply?: { request?: HostRequest };
  extra?: { request?: HostRequest };
}

const upgrades = new WeakMap<Duplex, IncomingMessage>();

/** Remembers which request opened a socket: a `ws` client does not tell. */
export function rememberUpgrade(request: IncomingMessage, socket: Duplex): void {
  upgrades.set(socket, request);
}

/**
 * The request behind a handler: of HTTP, of GraphQL (Apollo's `context.req`, Mercurius' `context.reply.request`), of
 * a WebSocket (the handshake of Socket.IO, the upgrade request of `ws`).
 *
 * `undefined` for message queues and for whatever carries no request: nobody can be told apart there.
 */
export function requestOf(context: ExecutionContext): RequestView | undefined {
  if (context.getType<string>() === 'ws') return viewOfSocket(context.switchToWs().getClient<SocketLike | undefined>());
  return viewOf(carrierOf(context));
}

/** Where guards note `user` and `tenantId`: the request, or the client of a WebSocket. */
export function carrierOf(context: ExecutionContext): HostRequest | undefined {
  switch (context.getType<string>()) {
    case 'http':
      return context.switchToHttp().getRequest<HostRequest | undefined>();
    case 'graphql': {
      const carried = context.getArgByIndex<GraphqlContext | undefined>(2);
      return carried?.req ?? carried?.request ?? carried?.reply?.request ?? carried?.extra?.request;
    }
    case 'ws':
      return context.switchToWs().getClient<SocketLike | undefined>();
    default:
      return undefined;
  }
}

/** A request of Express, Fastify or Node as the engine needs it; `undefined` if it is none. */
export function viewOf(request: HostRequest | undefined): RequestView | undefined {
  const raw = request && rawOf(request);
  if (!request || !raw || typeof raw.method !== 'string' || !raw.headers) return undefined;
  return {
    method: raw.method,
    uri: uriOf(request),
    headers: linesOf(raw),
    ip: raw.socket?.remoteAddress ?? null,
    request,
  };
}

/** Path and query as the client wrote them, whatever routers made of them. */
export function uriOf(request: HostRequest): string {
  return request.originalUrl ?? rawOf(request).url ?? '/';
}

/** Node's own request beneath that of a platform. */
export function rawOf(request: HostRequest): IncomingMessage {
  return request.raw ?? (request as unknown as IncomingMessage);
}

function viewOfSocket(client: SocketLike | undefined): RequestView | undefined {
  if (!client || typeof client !== 'object') return undefined;
  const opened = client.upgradeReq ?? client.request ?? (client._socket && upgrades.get(client._socket));
  const { handshake } = client;
  const sent = opened?.headers ? linesOf(opened) : handshake?.headers && flat(handshake.headers);
  if (!sent) return undefined;
  const token = handshake?.auth?.token;
  const hasToken = sent.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization');
  // Browsers cannot set headers of a WebSocket; this is Socket.IO's place for tokens.
  const headers = typeof token === 'string' && !hasToken ? [...sent, 'authorization', `Bearer ${token}`] : sent;
  const ip = opened?.socket?.remoteAddress ?? handshake?.address ?? null;
  const request = (opened ?? handshake) as HostRequest;
  return { method: 'POST', uri: opened?.url ?? handshake?.url ?? '/', headers, ip, request };
}

function linesOf(raw: IncomingMessage): readonly string[] {
  const lines = Array.isArray(raw.rawHeaders) ? raw.rawHeaders : flat(raw.headers);
  if (raw.httpVersionMajor !== 2) return lines;
  // HTTP/2 says the host in a line of its own.
  const kept: string[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    if (name === ':authority') kept.push('host', lines[i + 1] as string);
    else if (!name.startsWith(':')) kept.push(name, lines[i + 1] as string);
  }
  return kept;
}

function flat(headers: IncomingHttpHeaders): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => (one === undefined ? [] : [name, one])),
  );
}
