import type { IncomingMessage } from 'node:http';
import { type HostRequest, rawOf } from './request.js';

/** What the engine reads of a body, and how long it waits. */
export interface BodyBounds {
  /** Most bytes (`http.max_body`): the engine refuses a longer body, announced or not, without having read it. */
  bytes: number;
  /** Longest time until it is there (`http.body_timeout`). */
  milliseconds: number;
}

const DESCRIBING = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding'] as const;

/**
 * Makes body parsers believe that a request has no body, so that the engine reads it and says what is wrong with it.
 * The lines in `rawHeaders` stay.
 */
export function hideBody(raw: IncomingMessage): void {
  for (const name of DESCRIBING) delete raw.headers[name];
}

/** A body. */
export interface ReadBody {
  /** Its bytes, if there are any. */
  bytes: Uint8Array | null;
  /** Whether it is as the client sent it, not written again from what a parser made of it. */
  original: boolean;
  /** Whether it did not come in time. */
  isLate?: boolean;
}

/**
 * The body of a request, whether or not a parser of the platform has read it. Of one that is too long it reads, or
 * gives back, no more than shows that; of one that comes too late nothing.
 */
export async function readBody(request: HostRequest, bounds: BodyBounds): Promise<ReadBody> {
  const raw = rawOf(request);
  const kept = request.rawBody ?? (raw as HostRequest).rawBody;
  if (kept instanceof Uint8Array) return { bytes: kept, original: true };
  if (!raw.readableDidRead && !raw.destroyed) {
    const announced = announcedLength(raw);
    if (announced === 0 || announced > bounds.bytes) return { bytes: null, original: true };
    const bytes = await readStream(raw, bounds);
    return { bytes, original: true, isLate: bytes === null };
  }
  return { bytes: written(request.body, raw), original: false };
}

/** Bytes that the head announces; `Infinity` cannot be, unknown counts as the least that is worth a look. */
function announcedLength(raw: IncomingMessage): number {
  let length = 0;
  for (let i = 0; i + 1 < raw.rawHeaders.length; i += 2) {
    const name = (raw.rawHeaders[i] as string).toLowerCase();
    if (name === 'transfer-encoding') return 1;
    if (name === 'content-length') length = Number(raw.rawHeaders[i + 1]);
  }
  // HTTP/2 announces nothing.
  return raw.httpVersionMajor >= 2 && length === 0 ? 1 : length;
}

/** All that comes, or enough of it; `null` after the time of the bounds. */
function readStream(raw: IncomingMessage, bounds: BodyBounds): Promise<Uint8Array | null> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => finish(null), bounds.milliseconds);
    const finish = (bytes: Uint8Array | null): void => {
      clearTimeout(timer);
      raw.off('data', take).off('end', end).off('error', end).off('close', end);
      done(bytes);
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > bounds.bytes) end();
    };
    // Of a client that went away as much as there is: nobody will read the answer.
    const end = (): void => finish(Buffer.concat(chunks));
    raw.on('data', take).on('end', end).on('error', end).on('close', end);
  });
}

/** What a parser has read, written again. */
function written(body: unknown, raw: IncomingMessage): Uint8Array | null {
  if (body === undefined || body === null) return null;
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (isForm(raw)) return Buffer.from(new URLSearchParams(body as Record<string, string>).toString());
  // A parser of Express puts an empty object where there was no body.
  if (Object.keys(body as object).length === 0 && announcedLength(raw) === 0) return null;
  return Buffer.from(JSON.stringify(body));
}

function isForm(raw: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(raw.headers['content-type'] ?? '');
}
