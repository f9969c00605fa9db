import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { type ContainerOptions, runCommand } from '#lib/sandbox/container.ts';
import { sandbox, settings } from '../../../fixtures/cases.ts';

const container: ContainerOptions = {
  name: 'test-layer-1-0',
  task: '/cases/echo',
  settings,
  command: ['/bin/sh', '-c', 'true'],
};

/** Returns the values of an option, in order. */
function valuesOf(command: readonly string[], option: string): readonly string[] {
  return command.filter((_, index) => command[index - 1] === option);
}

test.each([
  ['no network', '--network', ['none']],
  ["Lambda's user", '--user', ['993:990']],
  ['a memory limit', '--memory', ['1024m']],
  ['no swap', '--memory-swap', ['1024m']],
  ['a whole CPU', '--cpus', []],
  ['no shared memory', '--ipc', ['none']],
  ['no capabilities', '--cap-drop', ['ALL']],
  ["Lambda's limit of processes", '--pids-limit', ['1024']],
  ['the platform of its CPU', '--platform', ['linux/amd64']],
  [
    'a writable /tmp that programs can run from',
    '--tmpfs',
    ['/tmp:rw,exec,nosuid,nodev,size=512m,mode=1777'],
  ],
  [
    'read-only layers, code and emulator',
    '--mount',
    [
      'type=bind,readonly,source=/tmp/test/opt,target=/opt',
      'type=bind,readonly,source=/cases/echo,target=/var/task',
      'type=bind,readonly,source=/cache/aws-lambda-rie-x86_64,target=/usr/local/bin/aws-lambda-rie',
    ],
  ],
  ['a label', '--label', ['test-layer=1']],
])('gives a container %s', (_, option, values) => {
  expect(valuesOf(runCommand(sandbox, container), option)).toEqual(values);
});

test('quotes the name of a folder', () => {
  const [, task] = valuesOf(runCommand(sandbox, { ...container, task: '/a, "b":c' }), '--mount');
  expect(task).toBe('type=bind,readonly,"source=/a, ""b"":c",target=/var/task');
});

test('makes the root read-only and removes the container at its end', () => {
  expect(runCommand(sandbox, container)).toEqual(expect.arrayContaining(['--read-only', '--rm']));
});

test('passes the program as entry point and its arguments after the image', () => {
  const command = runCommand(sandbox, container);
  expect(valuesOf(command, '--entrypoint')).toEqual(['/bin/sh']);
  expect(command.slice(-3)).toEqual([sandbox.image, '-c', 'true']);
});

test.each([
  ['none', []],
  ['connection', ['--interactive']],
  ['terminal', ['--interactive', '--tty']],
] as const)('for the input %s, passes the options %j', (input, options) => {
  const command = runCommand(sandbox, { ...container, input });
  expect(command.filter((word) => ['--interactive', '--tty'].includes(word))).toEqual(options);
});

test('applies the memory, the size of /tmp and the CPU share of a case', () => {
  const own = { ...settings, memory: 885, temporarySpace: 1024, cpuShare: true };
  const command = runCommand(sandbox, { ...container, settings: own });
  expect(valuesOf(command, '--memory')).toEqual(['885m']);
  expect(valuesOf(command, '--tmpfs')[0]).toContain('size=1024m');
  expect(valuesOf(command, '--cpus')).toEqual(['0.50']);
  expect(valuesOf(command, '--env')).toContain('AWS_LAMBDA_FUNCTION_MEMORY_SIZE=885');
});

test('requests at most the CPUs of the machine', () => {
  const command = runCommand(sandbox, {
    ...container,
    settings: { ...settings, memory: 10_240, cpuShare: true },
  });
  expect(Number(valuesOf(command, '--cpus')[0])).toBeLessThanOrEqual(availableParallelism());
});

test.each([
  [{ memory: false, swap: false, cpu: false }, []],
  [{ memory: true, swap: false, cpu: false }, ['--memory']],
  [{ memory: false, swap: true, cpu: true }, ['--cpus']],
])('for an engine with %j, passes only the options %j', (limits, options) => {
  const command = runCommand(
    { ...sandbox, limits },
    { ...container, settings: { ...settings, cpuShare: true } },
  );
  expect(command.filter((word) => ['--memory', '--memory-swap', '--cpus'].includes(word))).toEqual(options);
});

test("sets Lambda's environment, which a case can change", () => {
  const own = { ...settings, timeout: 3, environment: { TZ: 'Asia/Tokyo', BREF_RUNTIME: 'fpm' } };
  const command = runCommand(sandbox, { ...container, settings: own });
  const environment = Object.fromEntries(
    valuesOf(command, '--env').map((entry) => /^([^=]+)=(.*)$/.exec(entry)?.slice(1) as [string, string]),
  );
  expect(environment).toMatchObject({
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_FUNCTION_TIMEOUT: '3',
    LAMBDA_TASK_ROOT: '/var/task',
    LD_LIBRARY_PATH: '/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: 'Asia/Tokyo',
    BREF_RUNTIME: 'fpm',
  });
  expect(environment).not.toHaveProperty('AWS_EXECUTION_ENV');
});
