import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

import { facts } from "./facts.js";
import type { Answer } from "./wire.js";

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  properties?: { code?: { enum?: string[] } };
}

interface Response {
  $ref?: string;
  headers?: Record<string, { $ref?: string; required?: boolean; schema?: object }>;
  content?: Record<string, { schema: Schema }>;
}

interface Described {
  operationId: string;
  security?: Record<string, unknown>[];
  requestBody?: { required?: boolean; content: Record<string, { example?: unknown; schema: Schema }> };
  responses: Record<string, Response>;
}

interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { responses: Record<string, Response>; headers: Record<string, { required: boolean; schema: object }> };
}

const document = JSON.parse(readFileSync(facts.document, "utf8")) as Document;
const base = "https://document.invalid/openapi.json";
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
    email: /^[^@\s]+@[^@\s]+$/,
    password: true,
  },
});
ajv.addSchema(document, base);
const validators = new Map<string, ValidateFunction>();

/** Refused only when something of the server's own is broken, which the suite does not cause. */
const ofFaults = ["internal", "overloaded", "unavailable"];

/** A method of a path, as the document describes it. */
export class Operation {
  /** Answers that were seen: `200`, or `401 token_missing`. */
  readonly seen = new Set<string>();
  private readonly pattern: RegExp;

  constructor(
    readonly method: string,
    /** With names in braces. */
    readonly path: string,
    readonly about: Described,
  ) {
    const text = path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
    this.pattern = new RegExp(`^${text}$`);
  }

  get name(): string {
    return `${this.method} ${this.path}`;
  }

  /** The path with something in the place of its parameter. */
  pathTo(id: string): string {
    return this.path.replaceAll(/\{\w+\}/g, id);
  }

  /** Whether somebody must be logged in. */
  get isClosed(): boolean {
    const ways = this.about.security ?? [];
    return ways.length > 0 && ways.every((way) => "accessToken" in way || "sessionCookie" in way);
  }

  /** Whether credentials of a kind are one way to call it. */
  takes(scheme: string): boolean {
    return (this.about.security ?? []).some((way) => scheme in way);
  }

  /** Whether it answers people, not programs. */
  get isPage(): boolean {
    return Object.values(this.about.responses).some((given) => resolved(given).content?.["text/html"] !== undefined);
  }

  /** The media type of its body, if it has one. */
  get mediaType(): string | undefined {
    return Object.keys(this.about.requestBody?.content ?? {})[0];
  }

  /** The body that the document shows as an example. */
  get example(): unknown {
    return Object.values(this.about.requestBody?.content ?? {})[0]?.example ?? {};
  }

  /** Every answer that it promises, as `seen` names them, but those of faults. */
  get promised(): string[] {
    return Object.entries(this.about.responses).flatMap(([status, given]) => {
      const codes = this.codes(status);
      const usual = codes.filter((code) => !ofFaults.includes(code));
      if (codes.length > 0) {
        return usual.map((code) => `${status} ${code}`);
      }
      // Codes of pages stand in the description alone; readiness has none.
      const faults = ofFaults.some((code) => (resolved(given) as { description?: string }).description?.includes(code));
      return faults || status === "503" ? [] : [status];
    });
  }

  private codes(status: string): string[] {
    const given = this.about.responses[status];
    const schema = given && resolved(given).content?.["application/json"]?.schema;
    return (schema?.allOf ?? []).flatMap((part) => part.properties?.code?.enum ?? []);
  }

  /** Whether it can be refused with a code. */
  promises(code: string): boolean {
    return Object.keys(this.about.responses).some((status) => this.codes(status).includes(code));
  }

  /** Whether this is its path, with something in the place of its parameter. */
  isAt(path: string): boolean {
    return this.pattern.test(path);
  }

  /** Fails unless the document allows the answer: its status, its headers, its type and its body. */
  check(answer: Answer, withBody: boolean): void {
    const status = String(answer.status);
    const given = this.about.responses[status];
    const told = `${this.name} answered ${status}: ${answer.text}`;
    assert(given, `a status that the document does not have: ${told}`);
    const response = resolved(given);
    for (const [name, reference] of Object.entries(response.headers ?? {})) {
      const header = reference.$ref === undefined ? reference : document.components.headers[last(reference.$ref)];
      const value = answer.header(name.toLowerCase());
      assert(value !== undefined || header?.required !== true, `without the header ${name}: ${told}`);
      if (value !== undefined && header?.schema !== undefined) {
        const number = (header.schema as { type?: string }).type === "integer";
        assert(ajv.validate(header.schema, number ? Number(value) : value), `${name}: ${value}: ${ajv.errorsText()}`);
      }
    }
    const code = answer.code;
    this.seen.add(answer.status >= 400 && typeof code === "string" ? `${status} ${code}` : status);
    if (withBody) {
      this.checkBody(answer, response, told);
    }
  }

  private checkBody(answer: Answer, response: Response, told: string): void {
    const types = Object.keys(response.content ?? {});
    const type = answer.header("content-type")?.split(";")[0];
    if (types.length === 0) {
      assert.equal(answer.text, "", `a body where none is documented: ${told}`);
      return;
    }
    assert(type !== undefined && types.includes(type), `${type} is not documented: ${told}`);
    if (type === "application/json") {
      const validate = this.validator(String(answer.status));
      assert(validate(answer.json()), `${ajv.errorsText(validate.errors)}: ${told}`);
    }
  }

  private validator(status: string): ValidateFunction {
    const given = this.about.responses[status];
    const pointer = given?.$ref ?? `#/paths/${escaped(this.path)}/${this.method.toLowerCase()}/responses/${status}`;
    const reference = `${base}${pointer}/content/application~1json/schema`;
    let validate = validators.get(reference);
    if (validate === undefined) {
      validate = ajv.compile({ $ref: reference });
      validators.set(reference, validate);
    }
    return validate;
  }
}

function resolved(response: Response): Response {
  return response.$ref === undefined ? response : (document.components.responses[last(response.$ref)] ?? response);
}

function last(reference: string): string {
  return reference.split("/").at(-1) ?? "";
}

function escaped(path: string): string {
  return encodeURIComponent(path.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** Every method of every path of the document. */
export const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, about]) => about.operationId !== undefined)
    .map(([method, about]) => new Operation(method.toUpperCase(), path, about)),
);

/** The operation that serves a request; `HEAD` is served as `GET`. */
export function operationOf(method: string, target: string): Operation | undefined {
  const path = target.split("?")[0] ?? "";
  const served = method === "HEAD" ? "GET" : method;
  return operations.find((operation) => operation.method === served && operation.isAt(path));
}
