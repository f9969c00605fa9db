import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import type { Report, ServerCommand, Statistics } from './protocol.ts';

/** The server of `lambda-server.ts` in its own process. */
export interface LambdaProcess extends AsyncDisposable {
  readonly url: string;
  /** Applies the command, and returns the statistics since the previous command. */
  send(command: ServerCommand): Promise<Statistics>;
}

export async function startLambda(certificate: string, key: string): Promise<LambdaProcess> {
  const child = fork(join(import.meta.dirname, 'lambda-server.ts'), [certificate, key]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the benchmark's server exited with exit code ${code}`);
  });
  failed.catch(() => {});
  const reports = on(child, 'message');
  const next = async (): Promise<Report> => {
    const { value } = await Promise.race([reports.next(), failed]);
    return (value as [Report])[0];
  };
  const { port } = await next();
  return {
    url: `https://127.0.0.1:${port}`,
    async send(command) {
      const response = next();
      child.send(command);
      const { statistics } = await response;
      if (statistics === undefined) throw new Error('the server responded without statistics');
      return statistics;
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
