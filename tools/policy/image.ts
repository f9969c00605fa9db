import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machines } from '#lib/audit/machines.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { OsFacts } from './os-facts.ts';
import { type RootFileSystem, readArchive } from './root-file-system.ts';

interface ImageDependencies {
  readonly docker: string;
  readonly run: Run;
}

/** Library folders of glibc systems: Fedora's, Debian's, and plain ones. */
const candidateFolders = [
  '/lib64',
  '/usr/lib64',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib',
  '/usr/lib',
];

/**
 * Reads the facts about the OS in an image. Exports the image and executes nothing from it, so it can be for any CPU.
 * Pulls the image if the engine does not have it.
 *
 * @throws ActionError if the image has no glibc, or is for a CPU other than x86 or ARM
 */
export async function readImage(image: string, { docker, run }: ImageDependencies): Promise<OsFacts> {
  const inspect = [docker, 'image', 'inspect', image] as const;
  if ((await run(inspect, { allowFailure: true })).exitCode !== 0)
    await run([docker, 'pull', '--quiet', image]);
  const [about] = JSON.parse((await run(inspect)).stdout) as [ImageDescription];
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  // Docker requires a command, although the container never starts.
  const container = (await run([docker, 'create', image, '/none'])).stdout.trim();
  try {
    const archive = join(folder, 'root.tar');
    await run([docker, 'export', '--output', archive, container]);
    return describeRoot(await readArchive(archive), image, about);
  } finally {
    await run([docker, 'rm', container], { allowFailure: true });
    await rm(folder, { recursive: true, force: true });
  }
}

interface ImageDescription {
  readonly Id: string;
  readonly RepoDigests?: readonly string[];
  readonly Created: string;
}

function describeRoot(root: RootFileSystem, image: string, about: ImageDescription): OsFacts {
  const main = candidateFolders.find((folder) => root.library(`${folder}/libc.so.6`) !== undefined);
  const libc = main === undefined ? undefined : root.library(`${main}/libc.so.6`);
  if (main === undefined || !libc?.interpreter) {
    throw new ActionError(
      `Image ${image} must contain glibc, as Lambda's OS does; it has no libc.so.6 in ${candidateFolders.join(', ')}.`,
    );
  }
  const architecture = (
    [
      ['x86_64', machines.x86],
      ['arm64', machines.arm],
    ] as const
  ).find(([, machine]) => machine === libc.machine)?.[0];
  if (architecture === undefined)
    throw new ActionError(`Image ${image} must be for x86 or ARM; it is for ELF machine ${libc.machine}.`);
  const folder = root.folder(main) ?? '';
  const libraries = root.names(folder).flatMap((name) => {
    const elf = root.library(`/${folder}/${name}`);
    if (elf?.machine !== libc.machine) return [];
    const { soname, versionDefinitions, exports } = elf;
    return [[name, { soname, versionDefinitions, exports: [...exports] }] as const];
  });
  return {
    architecture,
    interpreter: libc.interpreter,
    osFolders: candidateFolders.filter((candidate) => root.folder(candidate) === folder),
    libraries: new Map(libraries),
    hasPath: (path) => root.has(path),
    source: {
      kind: 'image',
      from: `${image}, ${about.RepoDigests?.[0]?.replace(/^.*@/, '') ?? about.Id}, created ${about.Created.slice(0, 10)}`,
    },
  };
}
