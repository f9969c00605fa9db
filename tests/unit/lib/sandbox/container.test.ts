import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { type Purpose, runCommand } from '#lib/sandbox/container.ts';
import { sandbox, settings } from '../../../helpers/cases.ts';

const purpose: Purpose = {
  name: 'test-layer-1-0',
  task: '/cases/echo',
  settings,
  command: ['/bin/sh', '-c', 'true'],
};

/** The values that follow an option, in order. */
function valuesOf(command: readonly string[], option: string): readonly string[] {
  return command.filter((_, index) => command[index - 1] === option);
}

test.each([
  ['no network', '--network', ['none']],
  ["Lambda's user", '--user', ['993:990']],
  ['a limit of memory', '--memory', ['1024m']],
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
  ['a label to be found by', '--label', ['test-layer=1']],
])('a container has %s', (_, option, values) => {
  expect(valuesOf(runCommand(sandbox, purpose), option)).toEqual(values);
});

test('a folder may have any name', () => {
  const [, task] = valuesOf(runCommand(sandbox, { ...purpose, task: '/a, "b":c' }), '--mount');
  expect(task).toBe('type=bind,readonly,"source=/a, ""b"":c",target=/var/task');
});

test('the root is read-only, and nothing is left of the container', () => {
  expect(runCommand(sandbox, purpose)).toEqual(expect.arrayContaining(['--read-only', '--rm']));
});

test('the command comes after the image, its program as the entry point', () => {
  const command = runCommand(sandbox, purpose);
  expect(valuesOf(command, '--entrypoint')).toEqual(['/bin/sh']);
  expect(command.slice(-3)).toEqual([sandbox.image, '-c', 'true']);
});

test.each([
  ['none', []],
  ['connection', ['--interactive']],
  ['terminal', ['--interactive', '--tty']],
] as const)('a container whose input is %s gets %j', (input, options) => {
  const command = runCommand(sandbox, { ...purpose, input });
  expect(command.filter((word) => ['--interactive', '--tty'].includes(word))).toEqual(options);
});

test('a case may have its own memory, /tmp, and the share of a CPU that Lambda gives', () => {
  const own = { ...settings, memory: 885, temporarySpace: 1024, cpuShare: true };
  const command = runCommand(sandbox, { ...purpose, settings: own });
  expect(valuesOf(command, '--memory')).toEqual(['885m']);
  expect(valuesOf(command, '--tmpfs')[0]).toContain('size=1024m');
  expect(valuesOf(command, '--cpus')).toEqual(['0.50']);
  expect(valuesOf(command, '--env')).toContain('AWS_LAMBDA_FUNCTION_MEMORY_SIZE=885');
});

test('more CPUs than the machine has are not asked for', () => {
  const command = runCommand(sandbox, {
    ...purpose,
    settings: { ...settings, memory: 10_240, cpuShare: true },
  });
  expect(Number(valuesOf(command, '--cpus')[0])).toBeLessThanOrEqual(availableParallelism());
});

test.each([
  [{ memory: false, swap: false, cpu: false }, []],
  [{ memory: true, swap: false, cpu: false }, ['--memory']],
  [{ memory: false, swap: true, cpu: true }, ['--cpus']],
])('an engine with %j is asked for no more', (limits, options) => {
  const command = runCommand(
    { ...sandbox, limits },
    { ...purpose, settings: { ...settings, cpuShare: true } },
  );
  expect(command.filter((word) => ['--memory', '--memory-swap', '--cpus'].includes(word))).toEqual(options);
});

test("the environment is Lambda's, and a case may change it", () => {
  const own = { ...settings, timeout: 3, environment: { TZ: 'Asia/Tokyo', BREF_RUNTIME: 'fpm' } };
  const command = runCommand(sandbox, { ...purpose, settings: own });
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
