import { expect, test } from 'vitest';
import { checkBuilder, findBuilderCpus } from '../../../../actions/build-php/src/bake/builder.ts';
import type { BaseIdentity } from '../../../../actions/build-php/src/base.ts';
import type { Run } from '../../../../actions/shared/command.ts';
import { type Cpu, cpuNames, hostCpu } from '../../../../actions/shared/cpu.ts';

const image = { image: 'bref/base-debian-12:x86', id: 'sha256:1' };
const debian: BaseIdentity = {
  ...image,
  base: 'debian-12',
  compilation: 'native',
  build: { ...image, cpu: 'x86' },
};
const amazon: BaseIdentity = { ...debian, base: 'al2023', image: 'public.ecr.aws/lambda/provided' };

/** A client of buildx that knows one builder, with a node for each list of platforms. */
function client(driver: string, nodes: readonly string[] = []): Run {
  const platforms = nodes.map((list) => `Platforms:        ${list}\n`).join('');
  return async (command) =>
    command.at(-1) === 'known'
      ? { exitCode: 0, stdout: `Name:          known\nDriver:        ${driver}\n${platforms}`, stderr: '' }
      : { exitCode: 1, stdout: '', stderr: 'ERROR: no builder "other" found' };
}

test.each([
  [undefined, debian, 'docker-container'],
  ['known', debian, 'docker'],
  ['known', amazon, 'docker-container'],
  ['depot', amazon, 'docker'],
] as const)('the builder %s can build on %o', async (builder, base, driver) => {
  await expect(checkBuilder(builder, base, 'docker', client(driver))).resolves.toBeUndefined();
});

test.each([
  ['known', 'The builder "known" (driver docker-container) cannot see bref/base-debian-12:x86'],
  ['depot', 'The builder "depot" (driver depot) cannot see bref/base-debian-12:x86'],
  ['other', 'There is no buildx builder "other" (`docker buildx ls` lists them)'],
])('the builder %s is refused for a base that was made here', async (builder, message) => {
  await expect(checkBuilder(builder, debian, 'docker', client('docker-container'))).rejects.toThrow(message);
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
