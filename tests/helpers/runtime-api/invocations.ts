import { randomUUID } from 'node:crypto';

export interface InvocationOptions {
  /** Milliseconds until Lambda would end the invocation. An answer after that is refused. */
  readonly timeLimit?: number;
  /** Sent as Lambda-Runtime-Invocation-Id, which answers then have to repeat. */
  readonly attemptId?: string;
  /** Bytes of a streamed answer after which the connection is closed. */
  readonly cutAfter?: number;
}

/** One event on its way through a function. */
export interface Invocation<Answer> extends InvocationOptions {
  readonly id: string;
  readonly event: unknown;
  /** In milliseconds since 1970. */
  readonly deadline: number;
  /** Settles it: the first answer that is taken, or broken off. */
  readonly settle: (answer: Answer) => void;
  /** On the clock of `performance.now()`. */
  handedOutAt: number;
  isAnswered: boolean;
}

/** Events that wait for a runtime, and a runtime that waits for events. */
export interface Invocations<Answer> {
  /** Rejects a second after the time limit. */
  add(event: unknown, options: InvocationOptions): Promise<Answer>;
  find(id: string | undefined): Invocation<Answer> | undefined;
  /** Calls back with the next event, when there is one. A later call takes the place of one that still waits. */
  take(receive: (invocation: Invocation<Answer>) => void): void;
}

export function createInvocations<Answer>(): Invocations<Answer> {
  const all = new Map<string, Invocation<Answer>>();
  const queue: Invocation<Answer>[] = [];
  let waiting: ((invocation: Invocation<Answer>) => void) | undefined;

  function handOut(): void {
    if (waiting === undefined) return;
    const invocation = queue.shift();
    if (invocation === undefined) return;
    const receive = waiting;
    waiting = undefined;
    invocation.handedOutAt = performance.now();
    receive(invocation);
  }

  return {
    add: (event, options) =>
      new Promise((resolve, reject) => {
        const { timeLimit = 10_000 } = options;
        const timer = setTimeout(
          () => reject(new Error(`no answer within ${timeLimit} ms`)),
          timeLimit + 1000,
        );
        const settle = (answer: Answer) => {
          clearTimeout(timer);
          resolve(answer);
        };
        const id = randomUUID();
        const invocation: Invocation<Answer> = {
          ...options,
          id,
          event,
          deadline: Date.now() + timeLimit,
          settle,
          handedOutAt: 0,
          isAnswered: false,
        };
        all.set(id, invocation);
        queue.push(invocation);
        handOut();
      }),
    find: (id) => all.get(id ?? ''),
    take: (receive) => {
      waiting = receive;
      handOut();
    },
  };
}
