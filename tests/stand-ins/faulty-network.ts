import { type Clock, sleep } from '#lib/aws/clock.ts';
import { connectionLimits } from '#lib/aws/connections.ts';
import {
  type LambdaModel,
  type ModelRequest,
  type ModelResponse,
  nameOperation,
  type Operation,
  refuse,
} from './lambda-model.ts';

/** A simulated fault of one request. */
export type Fault =
  /** An error response. The request is processed only if `isProcessed`. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly isProcessed?: boolean;
    }
  /** The connection breaks. `commit`: the request is processed never, immediately, or after a time in milliseconds. */
  | { readonly kind: 'reset'; readonly commit: 'never' | 'immediately' | number }
  /** No response until the client's timeout. */
  | { readonly kind: 'no response'; readonly commit: 'never' | 'immediately' }
  /** The request is processed, and the response is late. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The request is processed, and the response ends in the middle. */
  | { readonly kind: 'truncated response' }
  /** The connection is never made. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The request is processed, and the response is changed. */
  | { readonly kind: 'changed response'; readonly change: (response: ModelResponse) => ModelResponse }
  /** The request is not processed, and another response is sent. */
  | { readonly kind: 'fake response'; readonly response: ModelResponse };

/** A fault that the first `times` requests of `operation` (1 by default) meet, after `skip` requests without it. */
export interface FaultRule {
  readonly operation: Operation | 'every operation';
  readonly fault: Fault;
  readonly skip?: number;
  readonly times?: number;
}

/** A request handler of the SDK that passes requests to a model of a region. */
export interface FaultyNetwork {
  /** All requests in order, even if they met a fault. */
  readonly requests: Operation[];
  readonly handle: (request: HttpRequest, options?: { abortSignal?: AbortSignal }) => Promise<never>;
}

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, unknown>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** @param caller account that sends the requests; the owner of the layers by default */
export function createFaultyNetwork(
  model: LambdaModel,
  clock: Clock,
  rules: readonly FaultRule[] = [],
  caller?: string,
): FaultyNetwork {
  const counts = rules.map(() => 0);
  const requests: Operation[] = [];

  function findFault(operation: Operation): Fault | undefined {
    let found: Fault | undefined;
    for (const [index, { operation: wanted, skip = 0, times = 1, fault }] of rules.entries()) {
      if (wanted !== operation && wanted !== 'every operation') continue;
      const count = counts[index] ?? 0;
      if (found !== undefined && count >= skip) continue;
      counts[index] = count + 1;
      if (count >= skip && count < skip + times) found = fault;
    }
    return found;
  }

  return {
    requests,
    async handle(http, { abortSignal } = {}) {
      const request = await readRequest(http);
      const operation = nameOperation(request);
      requests.push(operation);
      abortSignal?.throwIfAborted();
      const fault = findFault(operation);
      const serve = () => model.handle(request, caller);
      const response = await withAbort(abortSignal, respond(fault, serve, operation, clock));
      return { response: toHttp(response) } as never;
    },
  };
}

async function respond(
  fault: Fault | undefined,
  serve: () => ModelResponse,
  operation: Operation,
  clock: Clock,
): Promise<ModelResponse> {
  switch (fault?.kind) {
    case undefined:
      return serve();
    case 'error': {
      if (fault.isProcessed) serve();
      return refuse(fault.status, fault.type, fault.message, fault.headers);
    }
    case 'reset': {
      if (fault.commit === 'immediately') serve();
      if (typeof fault.commit === 'number') clock.schedule(fault.commit, serve);
      throw networkError('ECONNRESET', 'socket hang up');
    }
    case 'no response': {
      if (fault.commit === 'immediately') serve();
      const isUpload = operation === 'PublishLayerVersion';
      await sleep(clock, isUpload ? connectionLimits.silentUploadMs : connectionLimits.silentReadMs);
      throw Object.assign(new Error('the request socket timed out'), { name: 'TimeoutError' });
    }
    case 'slow': {
      const response = serve();
      await sleep(clock, fault.delayMs);
      return response;
    }
    case 'truncated response': {
      const response = serve();
      return { ...response, body: response.body.slice(0, response.body.length / 2) };
    }
    case 'unreachable':
      throw networkError(fault.code, `connect ${fault.code}`);
    case 'changed response':
      return fault.change(serve());
    case 'fake response':
      return fault.response;
  }
}

function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function withAbort<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function readRequest({ method, path, query = {}, body }: HttpRequest): Promise<ModelRequest> {
  return {
    method,
    path,
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    body: await readBody(body),
  };
}

/** Decodes without `Buffer.from`, because the SDK logs a warning if its bodies are used that way. */
export async function readBody(body: HttpRequest['body']): Promise<string> {
  if (body === undefined || typeof body === 'string') return body ?? '';
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

function toHttp({ status, headers, body }: ModelResponse): object {
  return { statusCode: status, headers, body: Buffer.from(body) };
}
