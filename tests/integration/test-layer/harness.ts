import { join } from 'node:path';
import { findDocker } from '#lib/docker/client.ts';
import { type Cpu, hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { baseOsImages } from '#lib/sandbox/root.ts';
import { describeReason } from '../../../actions/test-layer/src/describe-reason.ts';
import type { Inputs } from '../../../actions/test-layer/src/inputs.ts';
import type { Report } from '../../../actions/test-layer/src/report.ts';
import { type Dependencies, testLayers } from '../../../actions/test-layer/src/run.ts';
import { defaults, settings } from '../../fixtures/cases.ts';
import { recordLog, type Workspace } from '../../fixtures/workspace.ts';

export const { log } = recordLog();
export const run = createRun(log);
export const cpu: Cpu = hostCpu() ?? 'x86';
export const docker = await findDocker(run);

/** Runs the cases of `<workspace>/set` on the bare Debian root. */
export function testSet(
  workspace: Workspace,
  inputs: Partial<Inputs> & Pick<Inputs, 'layers'>,
  needs: Partial<Dependencies> = {},
): Promise<Report> {
  return testLayers(
    {
      ...defaults,
      tests: [join(workspace.path, 'set')],
      cpu,
      baseOs: 'debian-12',
      settings: { ...settings, memory: 512, timeout: 30 },
      ...inputs,
    },
    {
      docker,
      run,
      log,
      signal: new AbortController().signal,
      images: baseOsImages,
      recipes: 'lib/sandbox/roots',
      connectLambda: () => Promise.reject(new ActionError('no AWS here')),
      reproduce: ({ name }) => `make ${name}`,
      paint: (_color, text) => text,
      ...needs,
    },
  );
}

/** Returns the failure reasons by name of the case, without its set. */
export function outcomes({ results }: Report): Record<string, readonly string[]> {
  return Object.fromEntries(
    results.map(({ name, reasons }) => [name.replace(/^set\/\w+\//, ''), reasons.map(describeReason)]),
  );
}

export function logOf({ results }: Report, name: string): string {
  return results.find((result) => result.name.endsWith(`/${name}`))?.log ?? '';
}

/** Adds a case for the layer of node-layer.ts. */
export async function addInvocation(
  workspace: Workspace,
  name: string,
  handler: string,
  expected: unknown,
  event?: unknown,
): Promise<void> {
  const folder = `set/invocations/${name}`;
  await workspace.file(`${folder}/handler.mjs`, `export const handler = ${handler};`);
  await workspace.file(`${folder}/expected.json`, expected);
  if (event !== undefined) await workspace.file(`${folder}/event.json`, event);
}
