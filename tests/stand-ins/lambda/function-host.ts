import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cpu } from '#lib/layer/cpu.ts';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import type { Run } from '#lib/node/command.ts';
import { startFunction } from '#lib/sandbox/function.ts';
import { unpackLayer } from '#lib/sandbox/unpack.ts';

/** Members of a CreateFunction request that are used here. */
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

/** Runs functions in containers under AWS's emulator. */
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
  /** Image that has bash at the same path as Lambda's OS. */
  readonly image: string;
  readonly rie: string;
}

export function createFunctionHost({ docker, run, cpu, image, rie }: Machine): FunctionHost {
  return {
    async start(configuration, layers) {
      const folder = await mkdtemp(join(tmpdir(), 'lambda-function-'));
      await chmod(folder, 0o755);
      const opt = await unpackAll(folder, 'opt', layers, cpu);
      const code = Buffer.from(configuration.Code.ZipFile, 'base64');
      const task = await unpackAll(folder, 'task', [code], cpu);
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
      const connection = startFunction(sandbox, {
        container: name,
        task,
        handler: configuration.Handler,
        settings,
      });
      return {
        async invoke(event) {
          const before = connection.log().length;
          const answer = await connection.invoke(JSON.parse(event), (settings.timeout + 20) * 1000);
          // The log and the answer use different pipes, so the log may arrive later.
          await sleep(100);
          return { ...toLambda(answer, settings.timeout), log: connection.log().slice(before) };
        },
        async stop() {
          // A container normally ends with its connection, and is removed only if it does not, because Docker's client
          // hangs if a container is removed while it starts.
          const ended = connection.close();
          const timeout = sleep(10_000, 'timeout', { ref: false });
          if ((await Promise.race([ended, timeout])) === 'timeout') {
            await run([docker, 'rm', '--force', name], { allowFailure: true });
            await ended;
          }
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

/** Converts the emulator's answer to Lambda's, which reports failed functions differently. */
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

async function unpackAll(folder: string, name: string, zips: readonly Buffer[], cpu: Cpu): Promise<string> {
  const target = join(folder, name);
  await mkdir(target);
  for (const [index, bytes] of zips.entries()) {
    const zip = join(folder, `${name}-${index}.zip`);
    await writeFile(zip, bytes);
    await unpackLayer(zip, target, cpu, unzippedLimitBytes);
  }
  return target;
}
