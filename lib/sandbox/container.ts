import { availableParallelism } from 'node:os';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import type { Command } from '#lib/node/command.ts';
import type { Settings } from '../../actions/test-layer/src/cases/options.ts';
import policy from '../../policies/lambda-al2023.json' with { type: 'json' };
import type { Limits } from './limits.ts';

/** What all containers of one run have in common. */
export interface Sandbox {
  /** The docker client. */
  readonly docker: string;
  /** The image of the test root. */
  readonly image: string;
  readonly cpu: Cpu;
  /** Folder on the host that is mounted at /opt. */
  readonly opt: string;
  /** Path of the emulator's binary on the host. */
  readonly rie: string;
  /** What this engine can limit. */
  readonly limits: Limits;
  /** Label of this run's containers, by which they are found again. */
  readonly label: string;
}

/** What one container is for. */
export interface Purpose {
  /** Name of the container. */
  readonly name: string;
  /** Folder on the host that is mounted at /var/task; absent for none. */
  readonly task?: string;
  readonly settings: Settings;
  readonly command: readonly string[];
  /**
   * What its stdin is: nothing, a connection that the caller ends, or a terminal.
   */
  readonly input?: 'none' | 'connection' | 'terminal';
}

/** The relay between stdin and stdout and the emulator; see roots/serve. */
export const serveCommand = ['/usr/libexec/test-layer/serve'] as const;

/** Lambda's user, sbx_user1051, and its group, by number: the layer's files belong to somebody else. */
const user = '993:990';
/** Lambda's limits of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const countLimits = ['--pids-limit', '1024', '--ulimit', 'nofile=1024:1024'];
/** MB at which a function has one CPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const memoryOfOneCpu = 1769;

/** `docker run` for one container, as much a Lambda sandbox as a container can be. */
export function runCommand(sandbox: Sandbox, purpose: Purpose): Command {
  const { settings } = purpose;
  const environment = { ...lambdaEnvironment(settings), ...settings.environment };
  return [
    sandbox.docker,
    'run',
    '--rm',
    ...(purpose.input === 'connection' ? ['--interactive'] : []),
    ...(purpose.input === 'terminal' ? ['--interactive', '--tty'] : []),
    '--name',
    purpose.name,
    '--label',
    sandbox.label,
    '--platform',
    cpuNames[sandbox.cpu].platform,
    '--pull',
    'never',
    '--network',
    'none',
    '--read-only',
    // Docker's own default is noexec; Lambda's /tmp may hold programs.
    '--tmpfs',
    `/tmp:rw,exec,nosuid,nodev,size=${settings.temporarySpace}m,mode=1777`,
    // Without, /dev/shm would be a second writable place, which Lambda does not have.
    '--ipc',
    'none',
    '--user',
    user,
    '--cap-drop',
    'ALL',
    '--security-opt',
    'no-new-privileges',
    ...countLimits,
    ...limitOptions(settings, sandbox.limits),
    ...mountOptions(sandbox.opt, '/opt'),
    ...(purpose.task === undefined ? [] : mountOptions(purpose.task, '/var/task')),
    ...mountOptions(sandbox.rie, '/usr/local/bin/aws-lambda-rie'),
    '--workdir',
    '/var/task',
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--entrypoint',
    purpose.command[0] ?? '/bin/true',
    sandbox.image,
    ...purpose.command.slice(1),
  ];
}

/**
 * A file or folder of the host, read-only. Docker's --volume would make one that is missing, such as a folder that was
 * removed while the container started. The value is a line of CSV: https://docs.docker.com/engine/storage/bind-mounts/.
 */
function mountOptions(source: string, target: string): readonly string[] {
  const field = `source=${source}`;
  const quoted = /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
  return ['--mount', `type=bind,readonly,${quoted},target=${target}`];
}

/** Memory without swap, which Lambda does not have either, and CPU time by memory where that is wanted. */
function limitOptions({ memory, cpuShare }: Settings, limits: Limits): readonly string[] {
  const cpus = Math.min(memory / memoryOfOneCpu, availableParallelism());
  return [
    ...(limits.memory ? ['--memory', `${memory}m`] : []),
    ...(limits.memory && limits.swap ? ['--memory-swap', `${memory}m`] : []),
    ...(cpuShare && limits.cpu ? ['--cpus', cpus.toFixed(2)] : []),
  ];
}

/**
 * Environment variables that Lambda defines for every function:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html. AWS_EXECUTION_ENV is none of them, since it
 * is not defined for OS-only runtimes, nor is what the emulator sets itself (AWS_LAMBDA_RUNTIME_API). The emulator
 * takes the function's timeout from the one name that is not Lambda's.
 */
function lambdaEnvironment({ memory, timeout }: Settings): Readonly<Record<string, string>> {
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
