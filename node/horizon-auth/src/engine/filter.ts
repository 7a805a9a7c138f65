import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import { throwError } from 'rxjs';
import { refusal } from './bridge.js';
import { HorizonAuthException } from './problem.js';
import { type HostResponse, send } from './respond.js';

/**
 * Answers a refusal with the engine's own body and headers, as its routes do. Registered for the whole application;
 * a filter of the application that catches everything goes first, and then the headers are still there.
 */
@Injectable()
@Catch(HorizonAuthException)
export class HorizonAuthExceptionFilter implements ExceptionFilter<HorizonAuthException> {
  /** Sends over HTTP; hands on what other transports expect: GraphQL an error, message queues a stream. */
  catch(exception: HorizonAuthException, host: ArgumentsHost): unknown {
    switch (host.getType<string>()) {
      case 'http':
        send(host.switchToHttp().getResponse<HostResponse>(), refusal(exception));
        return undefined;
      case 'rpc':
        return throwError(() => exception);
      default:
        return exception;
    }
  }
}
