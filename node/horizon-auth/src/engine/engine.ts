import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Answer, type Facts, type Head, type Identity, loadAddon, type NativeEngine, type NativeHooks, type Outcome } from './native.js';
import { HorizonAuthConfigError, HorizonAuthElsewhereError, HorizonAuthException, splitLines } from './problem.js';
import type { HostRequest, RequestView } from './request.js';
import type { Sendable } from './respond.js';

/** What an engine is started with. */
export interface EngineSettings {
  /** Options as the addon takes them; functions among them are left out. */
  options: object;
  /** Names the tenant of a request; without it the engine looks for itself. Called with the platform's own request. */
  tenantOf?: ((request: HostRequest) => string | null | undefined | Promise<string | null | undefined>) | undefined;
  /** Sends one mail, given as JSON. Rejecting means: try again later. */
  sendMail?: ((mail: string) => unknown) | undefined;
  /** Hears each security event, given as JSON. What it throws is logged. */
  onEvent?: ((event: string) => void) | undefined;
}

/**
 * Everything that is wrong with options, each line beginning with the option's name; empty if nothing is.
 *
 * @throws Error if there is no addon for this machine.
 */
export function checkOptions(options: object): string[] {
  return loadAddon().checkOptions(asJson(options), process.cwd());
}

/** The running engine. Guards, services and routes of a module share one. */
@Injectable()
export class HorizonEngine implements OnApplicationShutdown {
  readonly #native: NativeEngine;
  readonly #tenantOf: EngineSettings['tenantOf'];
  /** What of the settings matters to whoever brings the requests. */
  readonly facts: Facts;

  private constructor(native: NativeEngine, { tenantOf }: EngineSettings) {
    this.#native = native;
    this.#tenantOf = tenantOf;
    this.facts = native.facts();
  }

  /**
   * Starts an engine. Relative paths among the options start at the working directory.
   *
   * @throws HorizonAuthConfigError that lists everything that is wrong with the options.
   * @throws Error if the database or Redis cannot be used, or if there is no addon for this machine.
   */
  static async open(settings: EngineSettings): Promise<HorizonEngine> {
    const issues = checkOptions(settings.options);
    if (issues.length > 0) throw new HorizonAuthConfigError(issues);
    try {
      const native = await loadAddon().Engine.open(asJson(settings.options), process.cwd(), hooksOf(settings));
      return new HorizonEngine(native, settings);
    } catch (cause) {
      throw new Error(`Horizon Auth cannot start: ${messageOf(cause)}`, { cause });
    }
  }

  /**
   * Hands a request to the router of the engine. `uri` is what the engine calls the path, with the query; `isLate` says
   * that the body did not come in time, so that whoever reads it refuses the request.
   *
   * @throws HorizonAuthException with code `internal` if the engine fails, as everywhere here.
   */
  async handle(
    view: Omit<RequestView, 'request'>,
    uri: string,
    body: Uint8Array | null,
    tenant: string | null,
    isLate = false,
  ): Promise<Sendable> {
    // The engine answers HEAD as it answers GET; the platform leaves the body out, and both compute the same length.
    const method = view.method === 'HEAD' ? 'GET' : view.method;
    const { headers, ip } = view;
    const answer = await this.#guarded(uri, () =>
      this.#native.handle(method, uri, headers.join('\n'), headers.length, body, ip, tenant, isLate),
    );
    return sendable(answer);
  }

  /**
   * Who sends a request: its bearer token or session cookie, with tenant, revocation and cross-site rules.
   * Answers at once where nothing has to be waited for.
   *
   * @throws HorizonAuthException with the engine's reason.
   */
  admit(view: RequestView): Identity | Promise<Identity> {
    return settle(this.tenantOf(view), (tenantId) => {
      const outcome = this.#guarded(view.uri, () => this.#native.admit(...headOf(view, tenantId)));
      return settle(outcome, identityIn);
    });
  }

  /**
   * Nothing, if a page of the application itself can have caused a request: for routes that ask nobody who calls.
   *
   * @throws HorizonAuthException with code `cross_site`, or `csrf_invalid` if there is a session without its token.
   */
  expectOwnPage(view: RequestView): void | Promise<void> {
    return settle(this.tenantOf(view), (tenantId) => {
      const problem = this.#guarded(view.uri, () => this.#native.expectOwnPage(...headOf(view, tenantId)));
      if (problem) throw new HorizonAuthException(problem);
    });
  }

  /**
   * Verifies an access token, with revocation.
   *
   * @throws HorizonAuthException with code `token_invalid`, `token_expired`, `token_revoked`, `tenant_mismatch` or
   * `unavailable`.
   */
  async verifyAccessToken(token: string, tenantId: string | null = null): Promise<Identity> {
    const outcome = await this.#guarded('/', () => this.#native.verifyAccessToken(token, tenantId));
    return identityIn(outcome);
  }

  /**
   * Verifies signature, times, issuer and audience of an access token: a revoked one passes.
   *
   * @throws HorizonAuthException with code `token_invalid` or `token_expired`.
   */
  verifyAccessTokenSync(token: string): Identity {
    return identityIn(this.#guarded('/', () => this.#native.verifyAccessTokenSync(token)));
  }

  /**
   * Counts a hit of a rule, at most `limit` in `seconds` for each key.
   *
   * @throws HorizonAuthException with code `rate_limited` if there were too many, `unavailable` if nobody can know.
   */
  async limit(rule: string, key: string, limit: number, seconds: number, uri: string): Promise<void> {
    const problem = await this.#guarded(uri, () => this.#native.limit(rule, key, limit, seconds, uri));
    if (problem) throw new HorizonAuthException(problem);
  }

  /**
   * A call of a service of the engine.
   *
   * @throws HorizonAuthException with the engine's reason; HorizonAuthElsewhereError where the engine is elsewhere.
   */
  async call<T>(name: string, args: object = {}): Promise<T> {
    this.expectHere(name);
    const text = await this.#guarded('/', () => this.#native.call(name, JSON.stringify(args)));
    const answer = JSON.parse(text) as { value?: T; problem?: ConstructorParameters<typeof HorizonAuthException>[0] };
    if (answer.problem) throw new HorizonAuthException(answer.problem);
    return answer.value as T;
  }

  /**
   * Nothing, if there are accounts and routes behind this.
   *
   * @throws HorizonAuthElsewhereError that names the call, with `ssoMode`.
   */
  expectHere(call: string): void {
    if (this.facts.mode === 'sso_client') throw new HorizonAuthElsewhereError(call);
  }

  /** The answer for a code of `docs/reference/errors.md`, to a request for the engine that cannot be handed to it. */
  answer(code: string, uri: string): Sendable {
    return sendable(this.#native.answer(code, uri));
  }

  /** The refusal for a code of `docs/reference/errors.md`, on a route of the application. */
  refusal(code: string, uri: string, cause?: unknown): HorizonAuthException {
    return new HorizonAuthException(this.#native.problem(code, uri), { cause });
  }

  /**
   * The tenant that a request names by the application's own function; `null` leaves it to the engine.
   *
   * @throws HorizonAuthException with code `tenant_invalid` if the function returns anything but text.
   */
  tenantOf(view: RequestView): string | null | Promise<string | null> {
    if (!this.#tenantOf) return null;
    return settle(this.#tenantOf(view.request), (named) => {
      if (named === null || named === undefined) return null;
      if (typeof named === 'string') return named;
      throw this.refusal('tenant_invalid', view.uri);
    });
  }

  /** Ends background work and gives the database free. A second call does nothing. */
  async close(): Promise<void> {
    await this.#native.close();
  }

  /** Nest calls this when the HTTP server has finished its requests. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** What the addon throws or rejects with is no refusal but a fault of ours: nobody is let in. */
  #guarded<T>(uri: string, work: () => T): T {
    try {
      const result = work();
      if (!isPromise(result)) return result;
      return result.then(undefined, (cause: unknown) => this.#fail(uri, cause)) as T;
    } catch (cause) {
      return this.#fail(uri, cause);
    }
  }

  #fail(uri: string, cause: unknown): never {
    logger.error(`the engine failed: ${messageOf(cause)}`);
    throw this.refusal('internal', uri, cause);
  }
}

const logger = new Logger('HorizonAuth');

function headOf({ method, uri, headers, ip }: RequestView, tenantId: string | null): Head {
  return [method, uri, headers.join('\n'), headers.length, ip, tenantId];
}

function identityIn(outcome: Outcome): Identity {
  if (typeof outcome === 'string') return JSON.parse(outcome) as Identity;
  throw new HorizonAuthException(outcome);
}

function sendable({ status, headers, body }: Answer): Sendable {
  return { status, headers: splitLines(headers), body };
}

/** Continues with a value that may have to be waited for, and waits only if so. */
export function settle<T, R>(value: T | Promise<T>, then: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromise(value) ? value.then(then) : then(value);
}

/** Whether something has to be waited for, whichever library or realm (those of Jest) its promise is from. */
export function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}

function hooksOf({ sendMail, onEvent }: EngineSettings): NativeHooks {
  const hooks: NativeHooks = {};
  // Whatever the application's functions return or throw, the addon sees a promise.
  if (sendMail) hooks.sendMail = async (mail) => void (await sendMail(mail));
  if (onEvent) {
    hooks.onEvent = (event) => {
      try {
        onEvent(event);
      } catch (error) {
        logger.error(`onEvent failed: ${messageOf(error)}`);
      }
    };
  }
  return hooks;
}

/** What went wrong, for the log. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function asJson(options: object): string {
  try {
    return JSON.stringify(options);
  } catch (cause) {
    throw new HorizonAuthConfigError([`options: cannot be written as JSON: ${(cause as Error).message}`], { cause });
  }
}
