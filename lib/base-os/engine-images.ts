import type { Command, Run } from '#lib/node/command.ts';
import type { BaseOsImage } from './image.ts';

/**
 * Label of an image that was made on this machine: the SHA-256 of its archive, which is equal on all machines that
 * install the same packages.
 */
export const archiveLabel = 'org.bref.base-archive';

export interface EngineClient {
  readonly run: Run;
  /** The docker program. */
  readonly docker: string;
}

/** Returns an image of the engine with the identifier of its content, or undefined if the engine does not have it. */
export async function findEngineImage(
  image: string,
  { run, docker }: EngineClient,
): Promise<BaseOsImage | undefined> {
  const command: Command = [docker, 'image', 'inspect', '--format', '{{json .}}', image];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 ? { image, ...parseImageIdentity(stdout) } : undefined;
}

/** @param inspected JSON of `docker image inspect` for one image */
export function parseImageIdentity(inspected: string): Omit<BaseOsImage, 'image'> {
  const image = JSON.parse(inspected) as {
    readonly Id: string;
    readonly RepoDigests?: readonly string[] | null;
    readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
  };
  const digest = image.RepoDigests?.[0]?.split('@')[1];
  if (digest !== undefined) return { id: digest, digest };
  return { id: image.Config?.Labels?.[archiveLabel] ?? image.Id };
}
