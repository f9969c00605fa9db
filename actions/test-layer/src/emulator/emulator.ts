import { availableParallelism, totalmem } from 'node:os';
import { containerName, openSandbox, type SandboxDependencies } from '#lib/sandbox/open.ts';
import type { Inputs } from '../inputs.ts';
import type { Target } from '../target.ts';
import { runInvocation } from './invocation.ts';
import { runScript } from './script.ts';

/** Opens the emulator as a target: containers of this machine, as many at once as there are CPUs. */
export async function openEmulator(inputs: Inputs, dependencies: SandboxDependencies): Promise<Target> {
  const opened = await openSandbox(inputs, dependencies);
  const { sandbox, name, layers } = opened;
  const { run } = dependencies;
  return {
    kind: 'emulator',
    name,
    layers,
    capacity: { cases: availableParallelism(), memoryMegabytes: Math.floor(totalmem() / 2 ** 20) },
    execute: (test, index) => {
      const container = containerName(sandbox, String(index));
      return test.kind === 'script'
        ? runScript(test, container, sandbox, run)
        : runInvocation(test, container, sandbox, run);
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
