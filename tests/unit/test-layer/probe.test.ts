import { expect, test } from 'vitest';
import { CommandError, type CommandResult, type Run } from '../../../actions/shared/command.ts';
import type { Sandbox } from '../../../actions/test-layer/src/container.ts';
import { probe } from '../../../actions/test-layer/src/probe.ts';
import { recordLog } from './workspace.ts';

const sandbox: Sandbox = {
  docker: 'docker',
  image: 'root',
  cpu: 'arm',
  opt: '/opt',
  rie: '/rie',
  memory: 512,
  limitsMemory: true,
  label: 'test-layer=1',
};

/** A Docker engine that answers `docker run` with a memory limit so, and without one so. */
async function probeWith(limited: Partial<CommandResult>, unlimited: Partial<CommandResult> = {}) {
  const { log, lines } = recordLog();
  const run: Run = async (command) => {
    const result = {
      exitCode: 0,
      stdout: '',
      stderr: '',
      ...(command.includes('--memory') ? limited : unlimited),
    };
    if (result.exitCode !== 0) throw new CommandError(command, result);
    return result;
  };
  return { result: await probe(sandbox, 'probe', { run, log }), lines };
}

test('an engine that limits memory is used as it is', async () => {
  const { result, lines } = await probeWith({});
  expect(result).toEqual(sandbox);
  expect(lines).toEqual([]);
});

test.each([
  ['discards the limit', { stderr: 'WARNING: Your kernel does not support memory limit capabilities.' }],
  ['refuses the limit', { exitCode: 125, stderr: 'cgroup: cannot set memory.max' }],
])('an engine that %s runs cases without it, and one warning', async (_, limited) => {
  const { result, lines } = await probeWith(limited);
  expect(result.limitsMemory).toBe(false);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`warning This Docker engine cannot limit memory`);
  expect(lines[0]).toContain(limited.stderr);
});

test('an engine that cannot start a container is an error', async () => {
  const fault = { exitCode: 125, stderr: 'invalid mount config' };
  await expect(probeWith(fault, fault)).rejects.toThrow('invalid mount config');
});

test('an engine that lacks the CPU is an error with the remedy', async () => {
  const fault = { exitCode: 255, stderr: 'exec /bin/true: exec format error' };
  await expect(probeWith(fault, fault)).rejects.toThrow('cannot run programs for linux/arm64');
});
