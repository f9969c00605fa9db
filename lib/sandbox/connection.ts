import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { Duplex } from 'node:stream';
import type { Command } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** Connection to a function in a container. The container lives as long as the connection is open. */
export interface Connection {
  /**
   * Sends one event and returns the answer: JSON, or a text of the emulator (for example after a timeout).
   *
   * @throws ActionError if there is no answer within `timeoutMs`, or if the container ends
   */
  invoke(event: unknown, timeoutMs: number): Promise<string>;
  /** Returns the container's output so far. */
  log(): string;
  /** Ends the function. Returns its exit code after the whole log has been read. */
  close(): Promise<number>;
}

const invocationPath = '/2015-03-31/functions/function/invocations';

/**
 * Starts a command whose stdin and stdout are a connection to Lambda's emulator and whose stderr is the function's log
 * (`docker run -i … serve`). Node's HTTP client uses these pipes instead of a socket.
 *
 * @param onLog receives each chunk of the log as it arrives
 */
export function openConnection(
  [program, ...args]: Command,
  onLog: (chunk: Buffer) => void = () => {},
): Connection {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    onLog(chunk);
  });
  const exit = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      chunks.push(Buffer.from(error.message));
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  const agent = createPipeAgent(Duplex.from({ writable: child.stdin, readable: child.stdout }));
  return {
    invoke: (event, timeoutMs) => post(agent, JSON.stringify(event), timeoutMs),
    log: () => Buffer.concat(chunks).toString(),
    close: async () => {
      child.stdin.destroy();
      const code = await exit;
      agent.destroy();
      return code;
    },
  };
}

/** Creates an HTTP agent whose only connection is a pair of pipes. */
export function createPipeAgent(pipes: Duplex): Agent {
  // Node's HTTP client calls these methods of a socket. They only tune TCP.
  const socketMethods = Object.fromEntries(
    ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'].map((name) => [name, () => pipes]),
  );
  // An error of the pipes rejects the current request. Between requests, this handler keeps it from ending the process.
  const socket = Object.assign(pipes, socketMethods).on('error', () => {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  return agent;
}

function post(agent: Agent, body: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timeout = new ActionError(`The function did not answer within ${timeoutMs / 1000} s.`);
    const signal = AbortSignal.timeout(timeoutMs);
    signal.addEventListener('abort', () => reject(timeout), { once: true });
    const fail = (cause: Error) =>
      reject(
        signal.aborted
          ? timeout
          : new ActionError('The container ended before the function answered.', { cause }),
      );
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request(
      { agent, host: 'function', method: 'POST', path: invocationPath, headers, signal },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
        response.on('error', fail);
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}
