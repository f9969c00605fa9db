import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { type Cpu, cpuNames, cpus } from '#lib/layer/cpu.ts';
import { baseOsImages } from '#lib/sandbox/root.ts';
import { settings } from '../../fixtures/cases.ts';
import { makeWorkspace, type Workspace } from '../../fixtures/workspace.ts';
import { docker, logOf, outcomes, run, testSet } from './harness.ts';

const goNames: Readonly<Record<Cpu, string>> = { x86: 'amd64', arm: 'arm64' };

/** Builds a layer of one static program, which needs only the shell of the root. */
async function goLayer(workspace: Workspace, cpu: Cpu): Promise<string> {
  const program = join(workspace.path, `runtime-${cpu}`);
  await run(['go', 'build', '-ldflags=-s -w', '-o', program, 'main.go'], {
    cwd: join(import.meta.dirname, 'go-runtime'),
    env: { GOARCH: goNames[cpu], CGO_ENABLED: '0', GO111MODULE: 'off', GOFLAGS: '' },
  });
  const bytes = await readFile(program);
  return workspace.zip(`go-${cpu}.zip`, {
    bootstrap: { bytes, mode: 0o100755 },
    'bin/tool': { bytes, mode: 0o100755 },
  });
}

/** Skips the test with a reason if this machine cannot run it. */
async function requireCpu(cpu: Cpu, { skip }: TestContext): Promise<void> {
  const works = async (command: readonly [string, ...string[]]) =>
    run(command, { allowFailure: true }).then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
  if (!(await works(['go', 'version']))) skip('Go is not installed');
  const image = baseOsImages['debian-12'](cpu);
  if (!(await works([docker, 'image', 'inspect', image]))) skip(`image ${image} is not on this machine`);
  const { platform } = cpuNames[cpu];
  const command = ['--pull', 'never', '--platform', platform, '--entrypoint', '/bin/true', image] as const;
  if (!(await works([docker, 'run', '--rm', ...command])))
    skip(`this machine cannot run programs for ${platform}`);
}

test.for(cpus)(
  'runs a layer and its tools for %s under the emulator for that CPU',
  // The first time, Go compiles its library for the other CPU. The whole container is emulated.
  { timeout: 600_000 },
  async (cpu, context) => {
    await requireCpu(cpu, context);
    await using workspace = await makeWorkspace();
    const layers = [await goLayer(workspace, cpu)];
    await workspace.file(
      'set/scripts/tool.sh',
      "tool version | grep -q '^go for' && tool version && uname -m",
    );
    await workspace.file('set/invocations/echo/handler.txt', '');
    await workspace.file('set/invocations/echo/event.json', { a: 'ü' });
    const answer = { $exactly: { event: { a: 'ü' }, cpu: goNames[cpu] } };
    await workspace.file('set/invocations/echo/expected.json', { answer, log: ['handler handler.txt'] });
    // On an emulated CPU, the first answer takes seconds.
    const report = await testSet(workspace, { layers, cpu, settings: { ...settings, timeout: 120 } });
    expect(outcomes(report)).toEqual({ 'tool.sh': [], echo: [] });
    expect(report.target).toBe(`debian-12 (${cpu})`);
    expect(logOf(report, 'tool.sh')).toBe(
      `go for ${goNames[cpu]}\n${{ x86: 'x86_64', arm: 'aarch64' }[cpu]}\n`,
    );
  },
);

test.each(cpus)('for the CPU %s, rejects a layer for the other one, and names the file', async (cpu) => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', 'true');
  const other = cpus.find((name) => name !== cpu) ?? cpu;
  const machine = { x86: 62, arm: 183 }[other];
  const program = Buffer.alloc(64);
  program.write('\x7fELF', 'latin1');
  program.writeUInt16LE(machine, 18);
  const zip = await workspace.zip('other.zip', { 'bin/php': { bytes: program, mode: 0o100755 } });
  await expect(testSet(workspace, { layers: [zip], cpu })).rejects.toThrow(
    `"bin/php" is machine code for ${other}, but the input "cpu" is ${cpu}.`,
  );
});
