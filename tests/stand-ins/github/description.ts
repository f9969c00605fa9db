import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly (Json & {
    readonly $ref?: string;
    readonly name?: string;
    readonly in?: string;
  })[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Json }>> };
  readonly responses: Readonly<Record<string, Json>>;
}

/** GitHub's description of the endpoints that the tests need. `npm run github-api` writes it. */
const description = JSON.parse(readFileSync(join(import.meta.dirname, 'api.json'), 'utf8')) as {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
};

export interface Endpoint {
  /** Operation id, such as `git/create-ref`. */
  readonly id: string;
  readonly method: string;
  /** Returns the parameters in a path, or undefined if the path belongs to another endpoint. */
  match(pathname: string): Readonly<Record<string, string>> | undefined;
  /** Returns the differences between a request and the description. */
  checkRequest(query: URLSearchParams, body: unknown): readonly string[];
  /** Returns the differences between a response and the description. A response may have fewer fields than GitHub's. */
  checkResponse(status: number, body: unknown): readonly string[];
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
// A format of GitHub's own: owner/name of a repository.
ajv.addFormat('repo.nwo', /^[\w.-]+\/[\w.-]+$/);

export const endpoints: readonly Endpoint[] = Object.entries(description.operations).map(
  ([route, operation]) => {
    const [method = '', template = ''] = route.split(' ');
    const pattern = toPattern(template);
    const queryParameters = operation.parameters
      .map((parameter) => resolve(parameter))
      .filter((parameter) => parameter.in === 'query');
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    const validateBody = schema === undefined ? undefined : compile(forbidOtherProperties(schema));
    const validators = new Map<string, ValidateFunction | undefined>();
    return {
      id: operation.operationId,
      method,
      match: (pathname) => {
        const groups = pattern.exec(pathname)?.groups;
        if (groups === undefined) return undefined;
        return Object.fromEntries(
          Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
        );
      },
      checkRequest: (query, body) => [
        ...[...query.keys()]
          .filter((key) => !queryParameters.some(({ name }) => name === key))
          .map((key) => `unknown parameter: ${key}`),
        ...(validateBody === undefined ? [] : errorsOf(validateBody, body)),
      ],
      checkResponse: (status, body) => {
        const key = String(status);
        if (!validators.has(key)) validators.set(key, compileResponse(operation.responses[key]));
        const response = operation.responses[key];
        if (response === undefined) return [`unknown response status: ${status}`];
        const validate = validators.get(key);
        return validate === undefined ? [] : errorsOf(validate, body);
      },
    };
  },
);

function compileResponse(response: Json | undefined): ValidateFunction | undefined {
  const content = (response?.content ?? {}) as Readonly<Record<string, { readonly schema?: Json }>>;
  const schema = content['application/json']?.schema;
  return schema === undefined
    ? undefined
    : compile(makeOptional(schema) as Json, makeOptional(description.components) as Json);
}

function compile(schema: Json, components: Json = description.components): ValidateFunction {
  return ajv.compile({ ...(convertNullable(schema) as Json), components: convertNullable(components) });
}

function errorsOf(validate: ValidateFunction, value: unknown): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Turns `/a/{b}` into a regular expression. Parameters that are paths or refs may contain slashes. */
function toPattern(template: string): RegExp {
  const parts = template
    .replaceAll('.', '\\.')
    .replaceAll(
      /\{(\w+)\}/g,
      (_, name: string) => `(?<${name}>${['path', 'ref', 'head', 'base'].includes(name) ? '.+' : '[^/]+'})`,
    );
  return new RegExp(`^${parts}$`);
}

function resolve<T extends Json>(value: T): T {
  const [, , kind = '', name = ''] = typeof value.$ref === 'string' ? value.$ref.split('/') : [];
  return (description.components[kind]?.[name] as T | undefined) ?? value;
}

/** Forbids properties that the schema does not name. GitHub ignores them, but here they are mistakes. */
function forbidOtherProperties(schema: Json): Json {
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}

/** Makes all properties of a schema optional, and forbids others. */
function makeOptional(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(makeOptional);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, content]) => !(key === 'required' && Array.isArray(content)))
    .map(([key, content]) => [key === 'oneOf' ? 'anyOf' : key, makeOptional(content)] as const);
  return forbidOtherProperties(Object.fromEntries(entries));
}

/** Converts OpenAPI 3.0's `nullable`, which JSON Schema does not have. */
function convertNullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convertNullable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable: isNullable, ...rest } = value as Json;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, content]) => [key, convertNullable(content)]),
  );
  return isNullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
}
