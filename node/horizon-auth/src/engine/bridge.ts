import { HttpException, Inject, Injectable, Logger } from '@nestjs/common';
import { type BodyBounds, readBody, type ReadBody } from './body.js';
import { HorizonEngine, messageOf } from './engine.js';
import { HorizonAuthException } from './problem.js';
import { type HostRequest, type RequestView, viewOf } from './request.js';
import { breakOff, type HostResponse, type Sendable, send } from './respond.js';

/** The {@link BodyBounds} of the options. */
export const BODY_BOUNDS = Symbol.for('@ofeklabs/horizon-auth:body-bounds');

/** Path that a client wrote, apart: what the application put before it, and what the engine calls it. */
export interface Place {
  /** Such as `/api`; empty for none. */
  prefix: string;
  /** Path and query for the engine, beginning with a slash. */
  uri: string;
}

/** Takes requests of the platform to the engine, and its answers back. */
@Injectable()
export class Bridge {
  constructor(
    @Inject(HorizonEngine) private readonly engine: HorizonEngine,
    @Inject(BODY_BOUNDS) private readonly bounds: BodyBounds,
  ) {}

  /**
   * Answers a request. Never rejects: what goes wrong is answered too. `given` is a body that a parser has read; `finish`
   * has the last word on the answer.
   */
  async serve(
    request: HostRequest,
    response: HostResponse,
    place: Place,
    given?: Uint8Array | null,
    finish: (answer: Sendable) => Sendable = (answer) => answer,
  ): Promise<void> {
    try {
      const view = viewOf(request);
      if (!view) throw new TypeError('not an HTTP request of Express or Fastify');
      send(response, finish(withPrefix(await this.answer(view, place, given), place)));
    } catch (error) {
      logger.error(`an answer could not be sent: ${messageOf(error)}`);
      breakOff(response);
    }
  }

  private async answer(view: RequestView, { uri }: Place, given?: Uint8Array | null): Promise<Sendable> {
    try {
      const body: ReadBody = given === undefined ? await readBody(view.request, this.bounds) : { bytes: given, original: true };
      const headers = body.original ? view.headers : withoutEncoding(view.headers);
      const tenant = await this.engine.tenantOf(view);
      const answer = await this.engine.handle({ ...view, headers }, uri, body.bytes, tenant, body.isLate);
      // Whoever sends that slowly is not waited for any longer, whatever the answer is.
      return body.isLate ? { ...answer, isLast: true } : answer;
    } catch (error) {
      return this.problem(error, uri);
    }
  }

  /** What the application's own tenant function throws is its own answer; everything else has the engine's words. */
  private problem(error: unknown, uri: string): Sendable {
    if (error instanceof HorizonAuthException) return this.engine.answer(error.code, uri);
    if (error instanceof HttpException) return refusal(error);
    logger.error(`a request could not be handed to the engine: ${messageOf(error)}`);
    return this.engine.answer('internal', uri);
  }
}

const logger = new Logger('HorizonAuth');

/** An exception as it is sent. */
export function refusal(exception: HttpException): Sendable {
  const status = exception.getStatus();
  if (exception instanceof HorizonAuthException) return { status, headers: exception.headers.flat(), body: exception.body };
  const response = exception.getResponse();
  const body = JSON.stringify(typeof response === 'string' ? { statusCode: status, message: response } : response);
  return { status, headers: ['content-type', 'application/json'], body };
}

/** A body that a parser read is not compressed any more, and has another length. */
function withoutEncoding(headers: readonly string[]): string[] {
  return headers.filter((_, i) => !/^(content-encoding|content-length|transfer-encoding)$/i.test(headers[i - (i % 2)] as string));
}

/** The refresh cookie comes back only to the path it is set for; errors name the path that the client wrote. */
function withPrefix(answer: Sendable, { prefix, uri }: Place): Sendable {
  if (prefix === '') return answer;
  const headers = answer.headers.map((value, i) =>
    i % 2 === 1 && answer.headers[i - 1]?.toLowerCase() === 'set-cookie'
      ? value.replace(/; Path=(?=\/[^;])/i, (found) => found + prefix)
      : value,
  );
  if (answer.status < 400) return { ...answer, headers };
  const path = uri.split('?', 1)[0] as string;
  const text = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString();
  const named = text.replace(`"path":${JSON.stringify(path)}`, () => `"path":${JSON.stringify(prefix + path)}`);
  return { ...answer, headers, body: named };
}
