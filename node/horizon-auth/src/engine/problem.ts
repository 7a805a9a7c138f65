import { HttpException } from '@nestjs/common';
import type { Problem } from './native.js';

/** The error body of every refusal (`docs/reference/errors.md`). */
export interface ProblemBody {
  /** The HTTP status. */
  statusCode: number;
  /** A stable word to branch on, such as `token_expired`. */
  code: string;
  /** What is wrong, for people; a list when several fields are. */
  message: string | string[];
  /** The name of the status. */
  error: string;
  /** When, in ISO 8601. */
  timestamp?: string;
  /** The path of the request. */
  path?: string;
  /** Id of the request, as logs name it. */
  requestId?: string;
}

/** A refusal by the engine, with the words, status and headers that the engine gives it over HTTP. */
export class HorizonAuthException extends HttpException {
  /** Stable word to branch on, such as `invalid_credentials`. */
  readonly code: string;
  /** Headers that belong to the refusal, such as `WWW-Authenticate` and `Retry-After`: name and value. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** The error body as it is sent. */
  readonly body: string;

  /** Made of what the engine answers. */
  constructor(problem: Problem, options?: { cause?: unknown }) {
    const body = JSON.parse(problem.body) as ProblemBody;
    super(body, problem.status, options);
    this.name = 'HorizonAuthException';
    this.code = body.code;
    this.body = problem.body;
    this.headers = pairs(splitLines(problem.headers));
  }
}

/** Everything that is wrong with the options of the module, each line beginning with the option's name. */
export class HorizonAuthConfigError extends Error {
  /** One line per mistake. */
  readonly issues: readonly string[];

  /** Made of one line per mistake. */
  constructor(issues: readonly string[], options?: { cause?: unknown }) {
    super(`The options of Horizon Auth are not valid:\n  - ${issues.join('\n  - ')}`, options);
    this.name = 'HorizonAuthConfigError';
    this.issues = issues;
  }
}

/**
 * Something needs an engine, and this application has none: with `ssoMode` people log in elsewhere, and what was asked
 * for is done by calling the server there. A mistake in the application's code, not a refusal of anybody.
 */
export class HorizonAuthElsewhereError extends Error {
  /** What was called, such as `hashPassword`. */
  readonly call: string;

  /** Made of the name of a call. */
  constructor(call: string) {
    super(`${call} needs an engine, and with ssoMode the engine is elsewhere: call the server`);
    this.name = 'HorizonAuthElsewhereError';
    this.call = call;
  }
}

/** Header lines that the addon has joined. */
export function splitLines(joined: string): string[] {
  return joined === '' ? [] : joined.split('\n');
}

/** Flat header lines as pairs. */
export function pairs(flat: readonly string[]): Array<[name: string, value: string]> {
  const found: Array<[string, string]> = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([flat[i] as string, flat[i + 1] as string]);
  return found;
}
