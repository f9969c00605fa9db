import { expect, test } from 'vitest';
import { findBuilder, findNativeCpus, requireEngineImages } from '#lib/docker/builder.ts';
import { type Cpu, cpuNames, hostCpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';

const image = 'bref/base-debian-12:x86';

async function check(builder: string | undefined, run: Run): Promise<void> {
  requireEngineImages(image, await findBuilder(builder, 'docker', run), builder);
}

/** A client of buildx with one builder, its current one. The builder has a node for each list of platforms. */
function client(driver: string, nodes: readonly string[] = []): Run {
  const platforms = nodes.map((list) => `Platforms:        ${list}\n`).join('');
  return async (command) =>
    ['known', 'inspect'].includes(command.at(-1) ?? '')
      ? { exitCode: 0, stdout: `Name:          known\nDriver:        ${driver}\n${platforms}`, stderr: '' }
      : { exitCode: 1, stdout: '', stderr: 'ERROR: no builder "other" found' };
}

test.each([undefined, 'known'])(
  'accepts the builder %s with the driver docker for an image of the engine',
  async (builder) => {
    await expect(check(builder, client('docker'))).resolves.toBeUndefined();
  },
);

test('accepts a builder whose engine does not respond', async () => {
  const run: Run = async () => ({
    exitCode: 1,
    stdout: 'Name: default\nError: cannot connect\n',
    stderr: '',
  });
  await expect(check(undefined, run)).resolves.toBeUndefined();
});

// Output of buildx 0.13 for the default builder without an engine. Its exit code is 0.
const withoutEngine = `Name:          default
Driver:        
Last Activity: 2026-11-28 20:56:49 +0000 UTC
Error:         Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
`;

test('reads neither driver nor platform of an engine that is not running', async () => {
  const run: Run = async () => ({ exitCode: 0, stdout: withoutEngine, stderr: '' });
  await expect(check('default', run)).resolves.toBeUndefined();
  expect(await findNativeCpus({ builder: 'default', cpu: otherCpu }, 'docker', run)).toEqual([ownCpu]);
});

test.each([
  [undefined, `The builder "known" (buildx's current one, driver docker-container) cannot see ${image}`],
  ['known', `The builder "known" (driver docker-container) cannot see ${image}`],
  ['depot', `The builder "depot" (driver depot) cannot see ${image}`],
])(
  'rejects the builder %s for an image of the engine, with the rule and the fix',
  async (builder, message) => {
    const checked = check(builder, client('docker-container'));
    await expect(checked).rejects.toThrow(
      `${message}. The image exists only in this machine's engine, and only builders with the driver docker read the ` +
        "engine's images. Use `builder: default` (or run `docker buildx use default` first), or `base: al2023`.",
    );
  },
);

test('names a builder that does not exist', async () => {
  await expect(check('other', client('docker'))).rejects.toThrow(
    'The buildx builder "other" cannot be used: ERROR: no builder "other" found\n' +
      '`docker buildx ls` lists the builders.',
  );
});

test.each<[string, readonly string[], readonly Cpu[]]>([
  ['known', ['linux/amd64, linux/amd64/v2, linux/386, linux/arm64'], ['x86']],
  ['known', ['linux/arm64, linux/amd64'], ['arm']],
  ['known', ['linux/arm64*, linux/amd64', 'linux/amd64, linux/arm64'], ['x86', 'arm']],
  ['known', ['linux/riscv64, linux/amd64'], []],
  ['depot', [], ['x86', 'arm']],
])('the builder %s with the platforms %j has the native CPUs %j', async (builder, nodes, nativeCpus) => {
  const run = client('docker', nodes);
  expect(await findNativeCpus({ builder, cpu: 'arm' }, 'docker', run)).toEqual(nativeCpus);
});

const ownCpu = hostCpu() ?? 'x86';
const otherCpu = ownCpu === 'x86' ? 'arm' : 'x86';

test("a builder in a container that has not started yet has this machine's CPU", async () => {
  expect(
    await findNativeCpus({ builder: 'known', cpu: otherCpu }, 'docker', client('docker-container')),
  ).toEqual([ownCpu]);
});

test.each<[string, Cpu, string, readonly Cpu[]]>([
  ["is not asked for this machine's CPU", ownCpu, 'nothing', [ownCpu]],
  ['has the CPU of its own platform', otherCpu, cpuNames[otherCpu].platform, [otherCpu]],
  ['emulates every other CPU', otherCpu, cpuNames[ownCpu].platform, [ownCpu]],
  ["has this machine's CPU if its engine is not running", otherCpu, '', [ownCpu]],
])('the current builder %s', async (_case, cpu, platform, nativeCpus) => {
  const run: Run = async (command) => {
    expect(command).toEqual(['docker', 'buildx', 'inspect']);
    expect(platform).not.toBe('nothing');
    return platform === ''
      ? { exitCode: 1, stdout: 'Name: default\nError: cannot connect\n', stderr: '' }
      : { exitCode: 0, stdout: `Platforms: ${platform}, linux/386\n`, stderr: '' };
  };
  expect(await findNativeCpus({ builder: undefined, cpu }, 'docker', run)).toEqual(nativeCpus);
});
