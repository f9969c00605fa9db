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

/** GitHub's own description of the endpoints that tests need; made by `npm run github-api`. */
const description = JSON.parse(readFileSync(join(import.meta.dirname, 'api.json'), 'utf8')) as {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>;
};

export interface Endpoint {
  /** GitHub's name of the operation, such as `git/create-ref`. */
  readonly id: string;
  readonly method: string;
  /** The endpoint's parameters in a path; undefined where it is another's. */
  match(pathname: string): Readonly<Record<string, string>> | undefined;
  /** What the description holds against a request: nothing where it is right. */
  checkRequest(query: URLSearchParams, body: unknown): readonly string[];
  /** The same of an answer. Its fields may be fewer than GitHub's, but not others. */
  checkResponse(status: number, body: unknown): readonly string[];
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
// owner/name of a repository, in GitHub's description alone.
ajv.addFormat('repo.nwo', /^[\w.-]+\/[\w.-]+$/);

export const endpoints: readonly Endpoint[] = Object.entries(description.operations).map(
  ([route, operation]) => {
    const [method = '', template = ''] = route.split(' ');
    const pattern = toPattern(template);
    const names = operation.parameters
      .map((parameter) => resolve(parameter))
      .filter((parameter) => parameter.in === 'query');
    const schema = operation.requestBody?.content?.['application/json']?.schema;
    const validateBody = schema === undefined ? undefined : compile(closed(schema));
    const answers = new Map<string, ValidateFunction | undefined>();
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
          .filter((key) => !names.some(({ name }) => name === key))
          .map((key) => `no such parameter: ${key}`),
        ...(validateBody === undefined ? [] : errorsOf(validateBody, body)),
      ],
      checkResponse: (status, body) => {
        const key = String(status);
        if (!answers.has(key)) answers.set(key, compileAnswer(operation.responses[key]));
        const response = operation.responses[key];
        if (response === undefined) return [`no such answer: ${status}`];
        const validate = answers.get(key);
        return validate === undefined ? [] : errorsOf(validate, body);
      },
    };
  },
);

function compileAnswer(response: Json | undefined): ValidateFunction | undefined {
  const content = (response?.content ?? {}) as Readonly<Record<string, { readonly schema?: Json }>>;
  const schema = content['application/json']?.schema;
  return schema === undefined
    ? undefined
    : compile(partial(schema) as Json, partial(description.components) as Json);
}

function compile(schema: Json, components: Json = description.components): ValidateFunction {
  return ajv.compile({ ...(nullable(schema) as Json), components: nullable(components) });
}

function errorsOf(validate: ValidateFunction, value: unknown): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** `/a/{b}` as an expression; parameters that are paths themselves may have slashes. */
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

/** A misspelt field is not passed over, as GitHub does. */
function closed(schema: Json): Json {
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...schema, additionalProperties: false }
    : schema;
}

/** The schema without what must be there, but with no more than may be there. */
function partial(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(partial);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, content]) => !(key === 'required' && Array.isArray(content)))
    .map(([key, content]) => [key === 'oneOf' ? 'anyOf' : key, partial(content)] as const);
  return closed(Object.fromEntries(entries));
}

/** OpenAPI 3.0's `nullable`, which JSON schema lacks. */
function nullable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable: isNullable, ...rest } = value as Json;
  const inner = Object.fromEntries(Object.entries(rest).map(([key, content]) => [key, nullable(content)]));
  return isNullable === true ? { anyOf: [inner, { type: 'null' }] } : inner;
}
