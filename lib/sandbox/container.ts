import { availableParallelism } from 'node:os';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import type { Command } from '#lib/node/command.ts';
import policy from '../../policies/lambda-al2023.json' with { type: 'json' };
import type { FunctionSettings } from './function-settings.ts';
import type { EngineLimits } from './limits.ts';

/** Properties that all containers of one run share. */
export interface Sandbox {
  /** Docker's command-line client. */
  readonly docker: string;
  /** Image of the test root. */
  readonly image: string;
  readonly cpu: Cpu;
  /** Folder on the host that is mounted at /opt. */
  readonly opt: string;
  /** Path of the emulator's binary on the host. */
  readonly rie: string;
  readonly limits: EngineLimits;
  /** Label of this run's containers, used to find and remove them. */
  readonly label: string;
}

/** Properties of one container. */
export interface ContainerOptions {
  readonly name: string;
  /** Folder on the host that is mounted at /var/task. Without it, nothing is mounted. */
  readonly task?: string;
  readonly settings: FunctionSettings;
  readonly command: readonly string[];
  /** Source of stdin: nothing, a connection that the caller ends, or a terminal. */
  readonly input?: 'none' | 'connection' | 'terminal';
}

/** Program that connects its stdin and stdout to the emulator; see roots/serve. */
export const serveCommand = ['/usr/libexec/test-layer/serve'] as const;

/** Lambda's user, sbx_user1051, and its group, which do not own the layer's files. */
const user = '993:990';
/** Lambda's quotas for processes and files: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const quotaOptions = ['--pids-limit', '1024', '--ulimit', 'nofile=1024:1024'];
/** Lambda writes core dumps, to /tmp: https://github.com/brefphp/bref/issues/275. */
const coreOptions = ['--ulimit', 'core=-1'];
/** Memory at which a function has one CPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const oneCpuMegabytes = 1769;

/** Builds the `docker run` command of a container that resembles a Lambda sandbox as closely as possible. */
export function runCommand(sandbox: Sandbox, container: ContainerOptions): Command {
  const { settings } = container;
  const environment = { ...lambdaEnvironment(settings), ...settings.environment };
  return [
    sandbox.docker,
    'run',
    '--rm',
    ...(container.input === 'connection' ? ['--interactive'] : []),
    ...(container.input === 'terminal' ? ['--interactive', '--tty'] : []),
    '--name',
    container.name,
    '--label',
    sandbox.label,
    '--platform',
    cpuNames[sandbox.cpu].platform,
    '--pull',
    'never',
    '--network',
    'none',
    '--read-only',
    // Programs can run from Lambda's /tmp. Docker's default is noexec.
    '--tmpfs',
    `/tmp:rw,exec,nosuid,nodev,size=${settings.temporarySpace}m,mode=1777`,
    // Lambda has no writable /dev/shm, so /tmp must be the only writable folder.
    '--ipc',
    'none',
    '--user',
    user,
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    ...quotaOptions,
    ...coreOptions,
    ...limitOptions(settings, sandbox.limits),
    ...mountOptions(sandbox.opt, '/opt'),
    ...(container.task === undefined ? [] : mountOptions(container.task, '/var/task')),
    ...mountOptions(sandbox.rie, '/usr/local/bin/aws-lambda-rie'),
    '--workdir',
    '/var/task',
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--entrypoint',
    container.command[0] ?? '/bin/true',
    sandbox.image,
    ...container.command.slice(1),
  ];
}

/**
 * Builds the options that mount a file or folder of the host read-only. `--volume` would create a missing folder, such
 * as one that was removed while the container started. The value of `--mount` is a line of CSV:
 * https://docs.docker.com/engine/storage/bind-mounts/.
 */
function mountOptions(source: string, target: string): readonly string[] {
  const field = `source=${source}`;
  const quoted = /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return ['--mount', `type=bind,readonly,${quoted},target=${target}`];
}

/** Builds the options that limit memory (without swap, as on Lambda) and, if requested, CPU time by memory. */
function limitOptions({ memory, cpuShare }: FunctionSettings, limits: EngineLimits): readonly string[] {
  const cpus = Math.min(memory / oneCpuMegabytes, availableParallelism());
  return [
    ...(limits.memory ? ['--memory', `${memory}m`] : []),
    ...(limits.memory && limits.swap ? ['--memory-swap', `${memory}m`] : []),
    ...(cpuShare && limits.cpu ? ['--cpus', cpus.toFixed(2)] : []),
  ];
}

/**
 * Builds the environment variables that Lambda defines for every function:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. AWS_EXECUTION_ENV is missing because it is
 * not defined for OS-only runtimes, and AWS_LAMBDA_RUNTIME_API because the emulator sets it.
 * AWS_LAMBDA_FUNCTION_TIMEOUT is not Lambda's: it passes the timeout to the emulator.
 */
function lambdaEnvironment({ memory, timeout }: FunctionSettings): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
    AWS_LAMBDA_FUNCTION_NAME: 'test-layer',
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeout),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test-layer',
    AWS_LAMBDA_LOG_STREAM_NAME: '2024/01/01/[$LATEST]0123456789abcdef0123456789abcdef',
    AWS_REGION: 'us-east-1',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    LD_LIBRARY_PATH: policy.searchOrder.join(':'),
    PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
  };
}
