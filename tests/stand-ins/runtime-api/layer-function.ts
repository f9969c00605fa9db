import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findDocker } from '#lib/docker/client.ts';
import { hostCpu } from '#lib/layer/cpu.ts';
import { createRun } from '#lib/node/command.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const suite = resolve(import.meta.dirname, '../../..');
const run = createRun(silentLogger());

export interface LayerFunction extends AsyncDisposable {
  /** Returns its log so far. */
  log(): string;
  /** Exit code of its bootstrap. */
  readonly exitCode: Promise<number>;
}

export interface FunctionDescription {
  /** Host and port of the Runtime API on this machine's loopback. */
  readonly api: string;
  /** Files of /var/task; handler.php is the handler. */
  readonly code: Readonly<Record<string, string>>;
  /** Image, such as bref/php-82-fpm. */
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Arguments of its bootstrap. Lambda passes none. */
  readonly arguments?: readonly string[];
}

/** Returns the name of a layer's image on this machine; undefined if it has not been built. */
export async function findLayerImage(name: string): Promise<string | undefined> {
  const image = `bref/${hostCpu() === 'arm' ? 'arm-' : ''}${name}`;
  const docker = await findDocker(run).catch(() => undefined);
  if (docker === undefined) return undefined;
  const { exitCode } = await run([docker, 'image', 'inspect', image], { allowFailure: true });
  return exitCode === 0 ? image : undefined;
}

/** Starts a function on a layer's image, with the bootstrap and the runtimes of this checkout. */
export async function startLayerFunction(description: FunctionDescription): Promise<LayerFunction> {
  const docker = await findDocker(run);
  const folder = await temporaryFolder();
  // The function runs as another user.
  await chmod(folder.path, 0o755);
  for (const [path, content] of Object.entries(description.code)) {
    const file = join(folder.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const name = `runtime-test-${randomBytes(6).toString('hex')}`;
  const args = [
    ...containerOptions(name, folder.path, description),
    description.image,
    ...(description.arguments ?? []),
  ];
  const child = spawn(docker, ['run', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const exitCode = once(child, 'close').then(([code]) => Number(code));
  return {
    log: () => log,
    exitCode,
    [Symbol.asyncDispose]: async () => {
      await run([docker, 'rm', '--force', name], { allowFailure: true });
      await exitCode;
      await folder[Symbol.asyncDispose]();
    },
  };
}

function containerOptions(name: string, code: string, description: FunctionDescription): readonly string[] {
  const environment = {
    AWS_LAMBDA_RUNTIME_API: description.api,
    LAMBDA_TASK_ROOT: '/var/task',
    _HANDLER: 'handler.php',
    ...description.environment,
  };
  const mountFromCheckout = (path: string) =>
    `${join(suite, 'php', 'runtime', 'shared', path)}:/opt/${path}:ro`;
  const mounts = [
    `${code}:/var/task:ro`,
    mountFromCheckout('bref/bootstrap.sh'),
    mountFromCheckout('bref/bootstrap.php'),
    mountFromCheckout('bref/runtime'),
    mountFromCheckout('bref/php-fpm-runtime'),
    mountFromCheckout('bref/etc/php/php-fpm.d'),
  ];
  return [
    '--rm',
    '--name',
    name,
    // The Runtime API listens on this machine's loopback.
    '--network',
    'host',
    '--read-only',
    '--tmpfs',
    '/tmp:exec,mode=1777',
    '--user',
    '993:990',
    ...mounts.flatMap((mount) => ['--volume', mount]),
    ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    '--entrypoint',
    '/opt/bootstrap',
  ];
}
