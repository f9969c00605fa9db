import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from '#lib/node/command.ts';

/** A function that uses one of AWS's runtime clients: its command, and variables in addition to Lambda's. */
export interface AwsClient {
  readonly command: Command;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts the client as a function of a Runtime API, until the test ends. */
export function startAwsClient(
  { command: [program, ...args], environment }: AwsClient,
  api: string,
): AsyncDisposable {
  const env = {
    PATH: process.env.PATH,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_FUNCTION_NAME: 'test',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test',
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    AWS_LAMBDA_RUNTIME_API: api,
    ...environment,
  };
  const child = spawn(program, args, { env, stdio: 'ignore' });
  const end = once(child, 'close');
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await end;
    },
  };
}
