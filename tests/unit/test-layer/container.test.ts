import { expect, test } from 'vitest';
import { runCommand, type Sandbox } from '../../../actions/test-layer/src/container.ts';

const sandbox: Sandbox = {
  docker: '/usr/bin/docker',
  image: 'bref/test-root-debian-12:x86-0123456789ab',
  cpu: 'x86',
  opt: '/tmp/test/opt',
  rie: '/cache/aws-lambda-rie-x86_64',
  memory: 1024,
  limitsMemory: true,
  label: 'test-layer=1',
};
const purpose = {
  name: 'test-layer-1-0',
  task: '/cases/echo',
  environment: {},
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
    '--volume',
    [
      '/tmp/test/opt:/opt:ro',
      '/cases/echo:/var/task:ro',
      '/cache/aws-lambda-rie-x86_64:/usr/local/bin/aws-lambda-rie:ro',
    ],
  ],
  ['a label to be found by', '--label', ['test-layer=1']],
])('a container has %s', (_, option, values) => {
  expect(valuesOf(runCommand(sandbox, purpose), option)).toEqual(values);
});

test('the root is read-only, and nothing is left of the container', () => {
  expect(runCommand(sandbox, purpose)).toEqual(expect.arrayContaining(['--read-only', '--rm']));
});

test('the command comes after the image, its program as the entry point', () => {
  const command = runCommand(sandbox, purpose);
  expect(valuesOf(command, '--entrypoint')).toEqual(['/bin/sh']);
  expect(command.slice(-3)).toEqual([sandbox.image, '-c', 'true']);
});

test('only a container with a connection has a stdin', () => {
  expect(runCommand(sandbox, purpose)).not.toContain('--interactive');
  expect(runCommand(sandbox, { ...purpose, isInteractive: true })).toContain('--interactive');
});

test('an engine that cannot limit memory is not asked to', () => {
  expect(runCommand({ ...sandbox, limitsMemory: false }, purpose)).not.toContain('--memory');
});

test("the environment is Lambda's, and a case may change it", () => {
  const command = runCommand(sandbox, { ...purpose, environment: { TZ: 'Asia/Tokyo', BREF_RUNTIME: 'fpm' } });
  const environment = Object.fromEntries(
    valuesOf(command, '--env').map((entry) => /^([^=]+)=(.*)$/.exec(entry)?.slice(1) as [string, string]),
  );
  expect(environment).toMatchObject({
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    LAMBDA_TASK_ROOT: '/var/task',
    LD_LIBRARY_PATH: '/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: 'Asia/Tokyo',
    BREF_RUNTIME: 'fpm',
  });
  expect(environment).not.toHaveProperty('AWS_EXECUTION_ENV');
});
