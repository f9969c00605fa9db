import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cpu } from '#lib/layer/cpu.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import type { Run } from '#lib/node/command.ts';
import { openConnection } from '#lib/sandbox/connection.ts';
import { runCommand } from '#lib/sandbox/container.ts';
import { unpackLayer } from '#lib/sandbox/unpack.ts';
import { servePurpose } from '../../../actions/test-layer/src/emulator/invocation.ts';

/** What CreateFunction is asked for, as far as it is used here. */
export interface CreatedFunction {
  readonly FunctionName: string;
  readonly Handler: string;
  readonly Role: string;
  readonly Code: { readonly ZipFile: string };
  readonly Layers?: readonly string[];
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly EphemeralStorage: { readonly Size: number };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** Runs functions in containers under AWS's emulator, as Lambda would. */
export interface FunctionHost {
  start(configuration: CreatedFunction, layers: readonly Buffer[]): Promise<RunningFunction>;
}

export interface RunningFunction {
  invoke(event: string): Promise<{ payload: string; isError: boolean; log: string }>;
  stop(): Promise<void>;
}

export interface Machine {
  readonly docker: string;
  readonly run: Run;
  readonly cpu: Cpu;
  /** An image in which bash is where Lambda's OS has it. */
  readonly image: string;
  readonly rie: string;
}

export function createFunctionHost({ docker, run, cpu, image, rie }: Machine): FunctionHost {
  return {
    async start(configuration, layers) {
      const folder = await mkdtemp(join(tmpdir(), 'lambda-function-'));
      await chmod(folder, 0o755);
      const opt = await unpackAll(join(folder, 'opt'), layers, cpu);
      const code = Buffer.from(configuration.Code.ZipFile, 'base64');
      const task = await unpackAll(join(folder, 'task'), [code], cpu);
      const name = `lambda-function-${randomUUID()}`;
      const limits = { memory: true, swap: true, cpu: true };
      const sandbox = { docker, image, cpu, opt, rie, limits, label: `lambda-function=${name}` };
      const settings = {
        environment: configuration.Environment.Variables,
        timeout: configuration.Timeout,
        memory: configuration.MemorySize,
        temporarySpace: configuration.EphemeralStorage.Size,
        cpuShare: false,
      };
      const purpose = servePurpose({ task, handler: configuration.Handler, settings }, name, undefined);
      const connection = openConnection(runCommand(sandbox, purpose));
      return {
        async invoke(event) {
          const before = connection.log().length;
          const answer = await connection.invoke(JSON.parse(event), (settings.timeout + 20) * 1000);
          // The log comes by another way than the answer.
          await sleep(100);
          return { ...toLambda(answer, settings.timeout), log: connection.log().slice(before) };
        },
        async stop() {
          // A container ends with its connection. One that is removed while it starts makes Docker's client wait for
          // ever, so that is for those alone that do not end.
          const ended = connection.close();
          const late = sleep(10_000, 'late', { ref: false });
          if ((await Promise.race([ended, late])) === 'late') {
            await run([docker, 'rm', '--force', name], { allowFailure: true });
            await ended;
          }
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

/** What Lambda answers where its emulator has words of its own. */
function toLambda(answer: string, timeout: number): { payload: string; isError: boolean } {
  const error = (errorType: string, text: string) => ({
    payload: JSON.stringify({ errorType, errorMessage: `RequestId: ${randomUUID()} Error: ${text}` }),
    isError: true,
  });
  if (answer === '') return error('Runtime.ExitError', 'Runtime exited without providing a reason');
  if (/^Task timed out/.test(answer)) {
    return error('Sandbox.Timedout', `Task timed out after ${timeout.toFixed(2)} seconds`);
  }
  const value: unknown = JSON.parse(answer);
  const isError = typeof value === 'object' && value !== null && 'errorType' in value;
  return { payload: answer, isError };
}

async function unpackAll(folder: string, zips: readonly Buffer[], cpu: Cpu): Promise<string> {
  await mkdir(folder);
  for (const bytes of zips) await unpackLayer({ name: 'zip', bytes }, folder, cpu, unzippedLimitBytes);
  return folder;
}
