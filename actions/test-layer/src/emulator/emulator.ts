import { availableParallelism, totalmem } from 'node:os';
import { containerName, openSandbox, type SandboxNeeds } from '#lib/sandbox/open.ts';
import type { Inputs } from '../inputs.ts';
import type { Target } from '../target.ts';
import { invokeFunction } from './invocation.ts';
import { runScript } from './script.ts';

/** Containers of this machine under AWS's Runtime Interface Emulator, as many at once as there are CPUs. */
export async function openEmulator(inputs: Inputs, needs: SandboxNeeds): Promise<Target> {
  const opened = await openSandbox(inputs, needs);
  const { sandbox, name, layers } = opened;
  const { run } = needs;
  return {
    kind: 'emulator',
    name,
    layers,
    capacity: { cases: availableParallelism(), memory: Math.floor(totalmem() / 2 ** 20) },
    execute: (test, index) => {
      const container = containerName(sandbox, String(index));
      return test.kind === 'script'
        ? runScript(test, container, sandbox, run)
        : invokeFunction(test, container, sandbox, inputs.entrypoint, run);
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
