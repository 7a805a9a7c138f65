import { type ExecutionContext, HttpException } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { PUBLIC_KEY } from './controller.js';
import { type HorizonEngine, isPromise } from './engine.js';
import type { Identity } from './native.js';
import { HorizonAuthException } from './problem.js';
import { carrierOf, requestOf } from './request.js';
import { type HostResponse, writeHeaders } from './respond.js';

/** Whether a handler or its class is marked for everybody. Nobody is identified there. */
export function isPublic(reflector: Reflector, context: ExecutionContext): boolean {
  const marked = reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, [context.getHandler(), context.getClass()]);
  // The client of a WebSocket outlives its messages: who it was before is not who it is now.
  if (marked && context.getType<string>() === 'ws') forget(context);
  return marked === true;
}

/**
 * Who sends the request behind a handler; noted as its `user` and `tenantId`. Where there is no request (message
 * queues), nobody can be told apart, and nobody is let in. Answers at once where nothing has to be waited for.
 *
 * @throws HorizonAuthException with the engine's reason; over WebSockets a `WsException` with the same body.
 */
export function admitIn(context: ExecutionContext, engine: HorizonEngine): Identity | Promise<Identity> {
  forget(context);
  const view = requestOf(context);
  if (!view) return refuse(context, engine.refusal('token_missing', '/'));
  try {
    const admitted = engine.admit(view);
    if (!isPromise(admitted)) return note(context, admitted);
    return admitted.then(
      (identity) => note(context, identity),
      (error: unknown) => refuse(context, error),
    );
  } catch (error) {
    return refuse(context, error);
  }
}

function note(context: ExecutionContext, identity: Identity): Identity {
  const carrier = carrierOf(context);
  if (carrier) {
    carrier.user = identity;
    carrier.tenantId = identity.tenantId;
  }
  return identity;
}

function forget(context: ExecutionContext): void {
  const carrier = carrierOf(context);
  if (!carrier) return;
  // Deleting what is not there costs more than looking.
  if (carrier.user !== undefined) delete carrier.user;
  if (carrier.tenantId !== undefined) delete carrier.tenantId;
}

/**
 * Refuses in the way of the transport. Over HTTP the headers (`WWW-Authenticate`, `Retry-After`, cookies) are set
 * before a filter sees the exception, so that they are sent whatever filter answers.
 */
export async function refuse(context: ExecutionContext, error: unknown): Promise<never> {
  const type = context.getType<string>();
  if (type === 'http' && error instanceof HorizonAuthException) {
    const headers = error.headers.filter(([name]) => name.toLowerCase() !== 'content-type');
    writeHeaders(context.switchToHttp().getResponse<HostResponse>(), headers.flat());
  }
  throw type === 'ws' && error instanceof HttpException ? await forWebSocket(error) : error;
}

/** Gateways answer only their own kind of exception with words. */
async function forWebSocket(error: HttpException): Promise<unknown> {
  try {
    const { WsException } = await import('@nestjs/websockets');
    return new WsException(error.getResponse());
  } catch {
    return error;
  }
}
