import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { Duplex } from 'node:stream';
import type { Command } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

/** A function that runs in a container, for as long as this connection is open. */
export interface Connection {
  /**
   * Sends one event and returns the answer: JSON, or the emulator's own text (such as that of a timeout).
   *
   * @param limit milliseconds; an answer after that is an error
   */
  invoke(event: unknown, limit: number): Promise<string>;
  /** What the container has said so far. */
  log(): string;
  /** Ends the function. Its exit code, once the whole log is read. */
  close(): Promise<number>;
}

const path = '/2015-03-31/functions/function/invocations';

/**
 * Starts a command whose stdin and stdout are a connection to Lambda's emulator and whose stderr is the function's
 * log (`docker run -i … serve`). HTTP is spoken by Node's own client, over these pipes instead of a socket.
 *
 * @param watchLog gets the log piece by piece, as it comes
 */
export function openConnection(
  [program, ...args]: Command,
  watchLog: (piece: Buffer) => void = () => {},
): Connection {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    watchLog(chunk);
  });
  const exit = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      chunks.push(Buffer.from(error.message));
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? 1));
  });
  const agent = createAgent(Duplex.from({ writable: child.stdin, readable: child.stdout }));
  return {
    invoke: (event, limit) => post(agent, JSON.stringify(event), limit),
    log: () => Buffer.concat(chunks).toString(),
    close: async () => {
      child.stdin.destroy();
      const code = await exit;
      agent.destroy();
      return code;
    },
  };
}

/** An agent that has one connection and keeps it. Of a socket, pipes lack what only tunes TCP. */
export function createAgent(pipes: Duplex): Agent {
  const tuning = Object.fromEntries(
    ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'].map((name) => [name, () => pipes]),
  );
  // An error on the pipes reaches the request that is under way; between requests there is nobody to tell.
  const socket = Object.assign(pipes, tuning).on('error', () => {});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  return agent;
}

function post(agent: Agent, body: string, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = new ActionError(`no answer within ${limit / 1000} s`);
    const signal = AbortSignal.timeout(limit);
    signal.addEventListener('abort', () => reject(late), { once: true });
    const fail = (cause: Error) =>
      reject(signal.aborted ? late : new ActionError('the container ended before it answered', { cause }));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ agent, host: 'function', method: 'POST', path, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', fail);
    });
    sent.on('error', fail);
    sent.end(body);
  });
}
