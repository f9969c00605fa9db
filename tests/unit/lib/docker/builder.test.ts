import { expect, test } from 'vitest';
import { checkBuilderSees, findBuilder, findBuilderCpus } from '#lib/docker/builder.ts';
import { type Cpu, cpuNames, hostCpu } from '#lib/layer/cpu.ts';
import type { Run } from '#lib/node/command.ts';

const image = 'bref/base-debian-12:x86';

/** What is checked before a base is made in the engine. */
async function check(builder: string | undefined, run: Run): Promise<void> {
  checkBuilderSees(image, await findBuilder(builder, 'docker', run), builder);
}

/** A client of buildx that knows one builder, its current one, with a node for each list of platforms. */
function client(driver: string, nodes: readonly string[] = []): Run {
  const platforms = nodes.map((list) => `Platforms:        ${list}\n`).join('');
  return async (command) =>
    ['known', 'inspect'].includes(command.at(-1) ?? '')
      ? { exitCode: 0, stdout: `Name:          known\nDriver:        ${driver}\n${platforms}`, stderr: '' }
      : { exitCode: 1, stdout: '', stderr: 'ERROR: no builder "other" found' };
}

test.each([undefined, 'known'])(
  'the builder %s with the driver docker sees what was made here',
  async (builder) => {
    await expect(check(builder, client('docker'))).resolves.toBeUndefined();
  },
);

test('an engine that does not answer is no wrong builder', async () => {
  const run: Run = async () => ({
    exitCode: 1,
    stdout: 'Name: default\nError: cannot connect\n',
    stderr: '',
  });
  await expect(check(undefined, run)).resolves.toBeUndefined();
});

// What buildx 0.13 says of the default builder where no engine runs; its exit code is 0.
const withoutEngine = `Name:          default
Driver:        
Last Activity: 2026-11-28 20:56:49 +0000 UTC
Error:         Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
`;

test('an engine that does not run has a builder of no driver and no platform', async () => {
  const run: Run = async () => ({ exitCode: 0, stdout: withoutEngine, stderr: '' });
  await expect(check('default', run)).resolves.toBeUndefined();
  expect(await findBuilderCpus({ builder: 'default', cpu: other }, 'docker', run)).toEqual([own]);
});

test.each([
  [undefined, `The builder "known" (buildx's current one, driver docker-container) cannot see ${image}`],
  ['known', `The builder "known" (driver docker-container) cannot see ${image}`],
  ['depot', `The builder "depot" (driver depot) cannot see ${image}`],
])(
  'the builder %s is refused for a base that was made here, with the rule and a remedy',
  async (builder, message) => {
    const checked = check(builder, client('docker-container'));
    await expect(checked).rejects.toThrow(
      `${message}, which is made in this machine's engine and is in no registry: only builders with the driver docker ` +
        'read the images of an engine. Use "builder: default" (or `docker buildx use default` before), or base al2023.',
    );
  },
);

test('a builder that there is not is named', async () => {
  await expect(check('other', client('docker'))).rejects.toThrow(
    'There is no buildx builder "other" (`docker buildx ls` lists them)',
  );
});

test.each<[string, readonly string[], readonly Cpu[]]>([
  ['known', ['linux/amd64, linux/amd64/v2, linux/386, linux/arm64'], ['x86']],
  ['known', ['linux/arm64, linux/amd64'], ['arm']],
  ['known', ['linux/arm64*, linux/amd64', 'linux/amd64, linux/arm64'], ['x86', 'arm']],
  ['known', ['linux/riscv64, linux/amd64'], []],
  ['depot', [], ['x86', 'arm']],
])('the builder %s with %j emulates all CPUs but %j', async (builder, nodes, builderCpus) => {
  const run = client('docker', nodes);
  expect(await findBuilderCpus({ builder, cpu: 'arm' }, 'docker', run)).toEqual(builderCpus);
});

const own = hostCpu() ?? 'x86';
const other = own === 'x86' ? 'arm' : 'x86';

test('a builder in a container that was not started yet is taken for one of this machine', async () => {
  expect(
    await findBuilderCpus({ builder: 'known', cpu: other }, 'docker', client('docker-container')),
  ).toEqual([own]);
});

test.each<[string, Cpu, string, readonly Cpu[]]>([
  ["this machine's CPU needs no question", own, 'nothing', [own]],
  ['another CPU is what the current builder has', other, cpuNames[other].platform, [other]],
  ['another CPU is what the current builder emulates', other, cpuNames[own].platform, [own]],
  ['an engine that does not run is taken for one of this machine', other, '', [own]],
])('without a builder, %s', async (_case, cpu, platform, builderCpus) => {
  const run: Run = async (command) => {
    expect(command).toEqual(['docker', 'buildx', 'inspect']);
    expect(platform).not.toBe('nothing');
    return platform === ''
      ? { exitCode: 1, stdout: 'Name: default\nError: cannot connect\n', stderr: '' }
      : { exitCode: 0, stdout: `Platforms: ${platform}, linux/386\n`, stderr: '' };
  };
  expect(await findBuilderCpus({ builder: undefined, cpu }, 'docker', run)).toEqual(builderCpus);
});
