import type { ServerResponse } from 'node:http';

/** What Fastify's reply is needed for here. */
interface FastifyReply {
  raw: ServerResponse;
  sent: boolean;
  code(status: number): FastifyReply;
  header(name: string, value: string): FastifyReply;
  getHeader(name: string): string | string[] | number | undefined;
  send(body: Uint8Array | undefined): FastifyReply;
}

/** A response of Express or Fastify. */
export type HostResponse = ServerResponse | FastifyReply;

/** What is sent. */
export interface Sendable {
  status: number;
  /** Flat header lines. */
  headers: readonly string[];
  body: string | Uint8Array;
  /** Whether the connection ends with it. */
  isLast?: boolean;
}

/** Of the connection, not of the answer: the platform's own say. */
const OWN = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']);

/** Sends an answer of the engine as it is: no other charset, no ETag, no list of what runs here. */
export function send(response: HostResponse, answer: Sendable): void {
  writeHeaders(response, answer.headers);
  if (answer.isLast) writeHeader(response, 'connection', 'close');
  if (isReply(response)) {
    // As bytes: to text Fastify adds a charset.
    const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    response.code(answer.status).send(body.length > 0 ? body : undefined);
    return;
  }
  if (response.headersSent) return;
  response.removeHeader('x-powered-by');
  response.statusCode = answer.status;
  // Node leaves it out of answers to HEAD.
  if (answer.status !== 204 && answer.status !== 304) response.setHeader('content-length', Buffer.byteLength(answer.body));
  response.end(answer.body);
}

/** Ends a connection whose answer cannot be sent: the client sees that there is none. */
export function breakOff(response: HostResponse): void {
  (isReply(response) ? response.raw : response).destroy();
}

/**
 * Adds `Set-Cookie` lines to those that the application sets, and keeps the answer out of caches, which would hand the
 * cookies to others.
 *
 * @throws TypeError if it is no response of Express, Fastify or Node; Error if the answer is on its way already.
 */
export function addCookies(response: HostResponse, lines: readonly string[]): void {
  const { appendHeader, header } = (response ?? {}) as Partial<ServerResponse & FastifyReply>;
  if (typeof appendHeader !== 'function' && !(typeof header === 'function' && isReply(response))) {
    throw new TypeError('not a response of Express, Fastify or Node: `@Res({ passthrough: true })` injects it');
  }
  if (isSent(response)) throw new Error('cookies cannot be added: the answer is on its way already');
  writeHeader(response, 'cache-control', 'no-store');
  for (const line of lines) writeHeader(response, 'set-cookie', line);
}

/** Adds header lines to those that the application has set. */
export function writeHeaders(response: HostResponse, lines: readonly string[]): void {
  if (isSent(response)) return;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    if (!OWN.has(name)) writeHeader(response, name, lines[i + 1] as string);
  }
}

function writeHeader(response: HostResponse, name: string, value: string): void {
  if (!isReply(response)) {
    if (name === 'set-cookie' || name === 'vary') response.appendHeader(name, value);
    else response.setHeader(name, value);
    return;
  }
  // Fastify appends cookies and replaces the rest.
  const before = name === 'vary' ? response.getHeader(name) : undefined;
  response.header(name, before === undefined ? value : `${String(before)}, ${value}`);
}

function isSent(response: HostResponse): boolean {
  return isReply(response) ? response.sent || response.raw.headersSent : response.headersSent;
}

function isReply(response: HostResponse): response is FastifyReply {
  return 'raw' in response;
}
