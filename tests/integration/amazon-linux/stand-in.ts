import { resolve } from 'node:path';
import { findDocker } from '#lib/docker/client.ts';
import { type CommandResult, createRun } from '#lib/node/command.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { makeStandIn } from '../../stand-ins/amazon-linux/image.ts';

const log = silentLogger();

export const run = createRun(log);

export const docker = await findDocker(run);

const cacheFolder = resolve(import.meta.dirname, '../../../.cache/amazon-linux');

let made: Promise<string> | undefined;

/** Makes the image once. Without BuildKit's cache, this takes two minutes. */
export function standIn(): Promise<string> {
  made ??= makeStandIn({ run, docker, log, cacheFolder });
  return made;
}

interface ContainerOptions {
  /** Folders in the container, by folder of this machine. */
  readonly mounts?: Readonly<Record<string, string>>;
  readonly network?: 'none';
  readonly user?: string;
}

/** Runs a shell command in a new container of the stand-in, with the environment of the image. */
export async function inImage(
  script: string,
  { mounts = {}, network, user }: ContainerOptions = {},
): Promise<CommandResult> {
  const options = [
    ...Object.entries(mounts).flatMap(([from, to]) => ['--volume', `${resolve(from)}:${to}:ro`]),
    ...(network ? ['--network', network] : []),
    ...(user ? ['--user', user] : []),
  ];
  const command = ['--entrypoint', '/bin/sh', await standIn(), '-c', script];
  return await run([docker, 'run', '--rm', ...options, ...command], { allowFailure: true });
}
