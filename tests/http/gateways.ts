import { type HttpRequest, type HttpResponse, toHttpResponse } from './message.ts';

/** A front end that turns HTTP into events for Lambda, and results into HTTP, as documented by AWS. */
export interface Gateway {
  readonly name: string;
  /** Whether percent-encoded bytes that are not UTF-8 arrive unchanged. */
  readonly keepsBytes: boolean;
  /** Returns the request without the details that this gateway loses. */
  preserve(request: HttpRequest): HttpRequest;
  /** Returns the event as JSON. */
  toEvent(request: HttpRequest): string;
  fromResult(result: FunctionResult): HttpResponse;
}

/** A function's result for such an event. */
export interface FunctionResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const domain = 'abc123.execute-api.eu-west-1.amazonaws.com';

/**
 * Payload format 2.0 of HTTP APIs and Function URLs:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
const format2: Gateway = {
  name: 'HTTP API or Function URL, format 2.0',
  keepsBytes: true,
  preserve: (request) => request,
  toEvent: (request) =>
    toJson({
      version: '2.0',
      routeKey: '$default',
      rawPath: request.path,
      rawQueryString: request.query.join('&'),
      ...(request.cookies.length > 0 && { cookies: request.cookies }),
      headers: mapValues(groupHeaders(request.headers), (values) => values.join(',')),
      requestContext: {
        stage: '$default',
        domainName: domain,
        http: { method: request.method, path: request.path, protocol: 'HTTP/1.1' },
      },
      ...encodeBody(request.body),
    }),
  fromResult: ({ statusCode, headers = {}, cookies = [], ...result }) =>
    toHttpResponse(
      statusCode,
      [...Object.entries(headers), ...cookies.map((cookie) => ['set-cookie', cookie] as const)],
      decodeBody(result),
    ),
};

/** Format 1.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
const format1: Gateway = {
  name: 'REST API, format 1.0',
  keepsBytes: false,
  preserve: (request) => ({ ...request, query: ungroup(groupDecoded(request.query)).map(encodePair) }),
  toEvent: (request) => {
    const query = groupDecoded(request.query);
    const headers = groupHeaders(withCookies(request));
    // HTTP/2 clients send a header per cookie.
    const cookies = request.cookies.length === 0 ? [] : [['cookie', request.cookies] as const];
    return toJson({
      resource: '/{proxy+}',
      path: request.path,
      httpMethod: request.method,
      headers: mapValues(headers, last),
      multiValueHeaders: new Map([...headers, ...cookies]),
      queryStringParameters: query.size === 0 ? null : mapValues(query, last),
      multiValueQueryStringParameters: query.size === 0 ? null : query,
      requestContext: {
        stage: 'prod',
        domainName: domain,
        path: `/prod${request.path}`,
        protocol: 'HTTP/1.1',
      },
      ...encodeBody(request.body),
    });
  },
  fromResult: ({ statusCode, multiValueHeaders = {}, ...result }) =>
    toHttpResponse(statusCode, ungroup(new Map(Object.entries(multiValueHeaders))), decodeBody(result)),
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
const loadBalancer: Gateway = {
  name: 'load balancer with multi-value headers',
  keepsBytes: true,
  preserve: (request) => ({ ...request, query: ungroup(groupPairs(request.query)).map(joinPair) }),
  toEvent: (request) =>
    toJson({
      ...loadBalancerEvent(request),
      multiValueHeaders: groupHeaders(withCookies(request)),
      multiValueQueryStringParameters: groupPairs(request.query),
    }),
  fromResult: format1.fromResult,
};

const loadBalancerSingle: Gateway = {
  name: 'load balancer without multi-value headers',
  keepsBytes: true,
  preserve: (request) => ({
    ...request,
    query: [...mapValues(groupPairs(request.query), last)].map(joinPair),
    headers: [...mapValues(groupHeaders(request.headers), last)],
  }),
  toEvent: (request) =>
    toJson({
      ...loadBalancerEvent(request),
      headers: mapValues(groupHeaders(withCookies(request)), last),
      queryStringParameters: mapValues(groupPairs(request.query), last),
    }),
  fromResult: ({ statusCode, headers = {}, ...result }) =>
    toHttpResponse(statusCode, Object.entries(headers), decodeBody(result)),
};

export const gateways: readonly Gateway[] = [format2, format1, loadBalancer, loadBalancerSingle];

function loadBalancerEvent(request: HttpRequest): object {
  return {
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/t/1' },
    },
    httpMethod: request.method,
    path: request.path,
    ...encodeBody(request.body),
  };
}

function withCookies({ headers, cookies }: HttpRequest): HttpRequest['headers'] {
  return cookies.length === 0 ? headers : [...headers, ['cookie', cookies.join('; ')]];
}

/** Encodes a body as text, or as base64 if it is not text. An empty body is null, as in events of REST APIs. */
function encodeBody(body: Buffer): { readonly body: string | null; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const text = body.toString();
  return Buffer.from(text).equals(body)
    ? { body: text, isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

function decodeBody({ body, isBase64Encoded }: Pick<FunctionResult, 'body' | 'isBase64Encoded'>): Buffer {
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

/** Groups values by name, both still encoded, in the order of the first occurrence of each name. */
function groupPairs(pairs: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=');
    groups.set(name, [...(groups.get(name) ?? []), value.join('=')]);
  }
  return groups;
}

function ungroup(groups: ReadonlyMap<string, readonly string[]>): [name: string, value: string][] {
  return [...groups].flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));
}

function joinPair([name, value]: readonly [string, string]): string {
  return `${name}=${value}`;
}

function encodePair([name, value]: readonly [string, string]): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

function groupHeaders(headers: HttpRequest['headers']): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}

/** Groups decoded values by decoded name: names with different encodings become one. */
function groupDecoded(pairs: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, values] of groupPairs(pairs)) {
    const key = decodeForm(name);
    groups.set(key, [...(groups.get(key) ?? []), ...values.map(decodeForm)]);
  }
  return groups;
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function mapValues<From, To>(map: ReadonlyMap<string, From>, change: (value: From) => To): Map<string, To> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function last(values: readonly string[]): string {
  return values.at(-1) ?? '';
}

/** Like JSON.stringify(), but maps become objects, too. They keep the order of names such as "1"; objects do not. */
function toJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(',')}}`;
}
