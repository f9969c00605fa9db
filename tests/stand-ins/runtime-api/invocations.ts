import { randomUUID } from 'node:crypto';

export interface InvocationOptions {
  /** Time until Lambda would end the invocation. A later response is rejected. */
  readonly timeoutMs?: number;
  /** Sent as Lambda-Runtime-Invocation-Id, which the response must repeat. */
  readonly attemptId?: string;
  /** Number of bytes of a streamed response after which the server closes the connection. */
  readonly closeAfterBytes?: number;
}

/** One event and the state of its invocation. */
export interface Invocation<Response> extends InvocationOptions {
  readonly id: string;
  readonly event: unknown;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Resolves the invocation with its first accepted response, which may be incomplete. */
  readonly settle: (response: Response) => void;
  /** Time of sending, by `performance.now()`. */
  sentAt: number;
  hasResponse: boolean;
}

/** A queue of events, and a runtime that waits for the next one. */
export interface Invocations<Response> {
  /** Adds an event. Rejects one second after its timeout. */
  add(event: unknown, options: InvocationOptions): Promise<Response>;
  find(id: string | undefined): Invocation<Response> | undefined;
  /** Calls back with the next event. A later call replaces one that still waits. */
  take(receive: (invocation: Invocation<Response>) => void): void;
}

export function createInvocations<Response>(): Invocations<Response> {
  const all = new Map<string, Invocation<Response>>();
  const queue: Invocation<Response>[] = [];
  let waiting: ((invocation: Invocation<Response>) => void) | undefined;

  function sendNext(): void {
    if (waiting === undefined) return;
    const invocation = queue.shift();
    if (invocation === undefined) return;
    const receive = waiting;
    waiting = undefined;
    invocation.sentAt = performance.now();
    receive(invocation);
  }

  return {
    add: (event, options) =>
      new Promise((resolve, reject) => {
        const { timeoutMs = 10_000 } = options;
        const timer = setTimeout(
          () => reject(new Error(`The runtime did not respond within ${timeoutMs} ms.`)),
          timeoutMs + 1000,
        );
        const settle = (response: Response) => {
          clearTimeout(timer);
          resolve(response);
        };
        const id = randomUUID();
        const invocation: Invocation<Response> = {
          ...options,
          id,
          event,
          deadline: Date.now() + timeoutMs,
          settle,
          sentAt: 0,
          hasResponse: false,
        };
        all.set(id, invocation);
        queue.push(invocation);
        sendNext();
      }),
    find: (id) => all.get(id ?? ''),
    take: (receive) => {
      waiting = receive;
      sendNext();
    },
  };
}
