import type { Clock } from '#lib/aws/clock.ts';
import { connectionLimits } from '#lib/aws/connections.ts';
import {
  type LambdaModel,
  type ModelRequest,
  type ModelResponse,
  nameOperation,
  type Operation,
  refuse,
} from './lambda-model.ts';

/** What a request meets on its way or at its end. */
export type Fault =
  /** An error answer; nothing was done, unless `isDone`. */
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly isDone?: boolean;
    }
  /** The connection breaks; the work is never done, done at once, or done that many milliseconds later. */
  | { readonly kind: 'reset'; readonly commit: 'never' | 'at once' | number }
  /** Silence, until whoever asked gives up. */
  | { readonly kind: 'silence'; readonly commit: 'never' | 'at once' }
  /** The work is done; the answer comes that many milliseconds later. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The work is done; the answer ends in the middle. */
  | { readonly kind: 'half an answer' }
  /** The connection is never made. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The answer is another one. */
  | { readonly kind: 'changed answer'; readonly change: (response: ModelResponse) => ModelResponse }
  /** The request never reaches anybody, and something else is answered. */
  | { readonly kind: 'made-up answer'; readonly response: ModelResponse };

/** Which requests meet a fault: of `operation`, after the first `skip` of them, `times` times (once unless given). */
export interface FaultRule {
  readonly operation: Operation | 'every operation';
  readonly fault: Fault;
  readonly skip?: number;
  readonly times?: number;
}

/** A network between the SDK and a model of a region: what an HTTP request handler gets and gives. */
export interface FaultyNetwork {
  /** The requests in order, those that met a fault too. */
  readonly requests: Operation[];
  readonly handle: (request: HttpRequest, options?: { abortSignal?: AbortSignal }) => Promise<never>;
}

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, unknown>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

/** @param caller the account whose credentials are used; the owner's unless given */
export function createFaultyNetwork(
  model: LambdaModel,
  clock: Clock,
  rules: readonly FaultRule[] = [],
  caller?: string,
): FaultyNetwork {
  const counts = rules.map(() => 0);
  const requests: Operation[] = [];

  function meet(operation: Operation): Fault | undefined {
    let met: Fault | undefined;
    for (const [index, { operation: wanted, skip = 0, times = 1, fault }] of rules.entries()) {
      if (wanted !== operation && wanted !== 'every operation') continue;
      const count = counts[index] ?? 0;
      if (met !== undefined && count >= skip) continue;
      counts[index] = count + 1;
      if (count >= skip && count < skip + times) met = fault;
    }
    return met;
  }

  return {
    requests,
    async handle(http, { abortSignal } = {}) {
      const request = await readRequest(http);
      const operation = nameOperation(request);
      requests.push(operation);
      abortSignal?.throwIfAborted();
      const fault = meet(operation);
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
      if (fault.isDone) serve();
      return refuse(fault.status, fault.type, fault.message, fault.headers);
    }
    case 'reset': {
      if (fault.commit === 'at once') serve();
      if (typeof fault.commit === 'number') clock.after(fault.commit, serve);
      throw broken('ECONNRESET', 'socket hang up');
    }
    case 'silence': {
      if (fault.commit === 'at once') serve();
      const isUpload = operation === 'PublishLayerVersion';
      await passTime(clock, isUpload ? connectionLimits.silentUpload : connectionLimits.silentRead);
      throw Object.assign(new Error('the request socket timed out'), { name: 'TimeoutError' });
    }
    case 'slow': {
      const response = serve();
      await passTime(clock, fault.milliseconds);
      return response;
    }
    case 'half an answer': {
      const response = serve();
      return { ...response, body: response.body.slice(0, response.body.length / 2) };
    }
    case 'unreachable':
      throw broken(fault.code, `connect ${fault.code}`);
    case 'changed answer':
      return fault.change(serve());
    case 'made-up answer':
      return fault.response;
  }
}

function passTime(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}

function broken(code: string, message: string): Error {
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

/** Not by Buffer.from: the SDK warns about what it does to its bodies. */
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
