import { expect, test } from 'vitest';
import { CommandError, type CommandResult, type Run } from '#lib/node/command.ts';
import { readEngineLimits } from '#lib/sandbox/limits.ts';
import { probeSandbox } from '#lib/sandbox/probe.ts';
import { sandbox, settings } from '../../../fixtures/cases.ts';
import { recordLog } from '../../../fixtures/workspace.ts';

/** Probes a Docker engine with these results of `docker run`, with and without a memory limit. */
async function probeWith(limited: Partial<CommandResult>, unlimited: Partial<CommandResult> = {}) {
  const { log, lines } = recordLog();
  const run: Run = async (command) => {
    const answer = command.includes('--memory') ? limited : unlimited;
    const result = { exitCode: 0, stdout: '', stderr: '', ...answer };
    if (result.exitCode !== 0) throw new CommandError(command, result);
    return result;
  };
  return { result: await probeSandbox({ ...sandbox, cpu: 'arm' }, 'probe', settings, { run, log }), lines };
}

test.each([
  ['true true true', { memory: true, swap: true, cpu: true }, 0],
  ['true false true', { memory: true, swap: false, cpu: true }, 0],
  ['false false false', { memory: false, swap: false, cpu: false }, 1],
])('for an engine that reports %s, returns %j', async (stdout, limits, warnings) => {
  const { log, lines } = recordLog();
  const run: Run = async () => ({ exitCode: 0, stdout: `${stdout}\n`, stderr: '' });
  expect(await readEngineLimits('docker', { run, log })).toEqual(limits);
  expect(
    lines.filter((line) => line.startsWith('warning This Docker engine cannot limit memory')),
  ).toHaveLength(warnings);
});

test('keeps the limits of an engine that can start a container', async () => {
  const { result, lines } = await probeWith({});
  expect(result.limits).toEqual(sandbox.limits);
  expect(lines).toEqual([]);
});

test('drops the limits of an engine whose kernel refuses them, with one warning', async () => {
  const { result, lines } = await probeWith({ exitCode: 125, stderr: 'cgroup: cannot set memory.max' });
  expect(result.limits).toEqual({ memory: false, swap: false, cpu: false });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("Docker's message: cgroup: cannot set memory.max");
});

test('fails if the engine cannot start a container', async () => {
  const fault = { exitCode: 125, stderr: 'invalid mount config' };
  await expect(probeWith(fault, fault)).rejects.toThrow('invalid mount config');
});

test('fails with the fix if the machine cannot run the CPU', async () => {
  const fault = { exitCode: 255, stderr: 'exec /bin/true: exec format error' };
  await expect(probeWith(fault, fault)).rejects.toThrow('cannot run programs for linux/arm64');
});
