import { expect, test } from 'vitest';
import { CommandError, type CommandResult, type Run } from '#lib/node/command.ts';
import { probe, readLimits } from '#lib/sandbox/limits.ts';
import { sandbox, settings } from '../../../helpers/cases.ts';
import { recordLog } from '../../../helpers/workspace.ts';

/** A Docker engine that answers `docker run` with a memory limit so, and without one so. */
async function probeWith(limited: Partial<CommandResult>, unlimited: Partial<CommandResult> = {}) {
  const { log, lines } = recordLog();
  const run: Run = async (command) => {
    const answer = command.includes('--memory') ? limited : unlimited;
    const result = { exitCode: 0, stdout: '', stderr: '', ...answer };
    if (result.exitCode !== 0) throw new CommandError(command, result);
    return result;
  };
  return { result: await probe({ ...sandbox, cpu: 'arm' }, 'probe', settings, { run, log }), lines };
}

test.each([
  ['true true true', { memory: true, swap: true, cpu: true }, 0],
  ['true false true', { memory: true, swap: false, cpu: true }, 0],
  ['false false false', { memory: false, swap: false, cpu: false }, 1],
])('an engine that says %s of its limits has %j', async (stdout, limits, warnings) => {
  const { log, lines } = recordLog();
  const run: Run = async () => ({ exitCode: 0, stdout: `${stdout}\n`, stderr: '' });
  expect(await readLimits('docker', { run, log })).toEqual(limits);
  expect(
    lines.filter((line) => line.startsWith('warning This Docker engine cannot limit memory')),
  ).toHaveLength(warnings);
});

test('an engine that can start a container is used as it is', async () => {
  const { result, lines } = await probeWith({});
  expect(result.limits).toEqual(sandbox.limits);
  expect(lines).toEqual([]);
});

test('an engine that promises limits and cannot keep them runs cases without, and one warning', async () => {
  const { result, lines } = await probeWith({ exitCode: 125, stderr: 'cgroup: cannot set memory.max' });
  expect(result.limits).toEqual({ memory: false, swap: false, cpu: false });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('It says: cgroup: cannot set memory.max');
});

test('an engine that cannot start a container is an error', async () => {
  const fault = { exitCode: 125, stderr: 'invalid mount config' };
  await expect(probeWith(fault, fault)).rejects.toThrow('invalid mount config');
});

test('an engine that lacks the CPU is an error with the remedy', async () => {
  const fault = { exitCode: 255, stderr: 'exec /bin/true: exec format error' };
  await expect(probeWith(fault, fault)).rejects.toThrow('cannot run programs for linux/arm64');
});
