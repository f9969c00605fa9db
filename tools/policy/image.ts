import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machines } from '#lib/audit/machines.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { OsFacts } from './os-facts.ts';
import { type RootFileSystem, readArchive } from './root-file-system.ts';

interface ImageNeeds {
  readonly docker: string;
  readonly run: Run;
}

/** Where glibc systems have their libraries: of Fedora's kind, of Debian's, and plain. */
const candidates = [
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
 * What the OS in an image offers. The image is exported and read; nothing of it runs, so that it may be of any CPU.
 * It is pulled where the engine does not have it.
 */
export async function readImage(image: string, { docker, run }: ImageNeeds): Promise<OsFacts> {
  const inspect = [docker, 'image', 'inspect', image] as const;
  if ((await run(inspect, { allowFailure: true })).exitCode !== 0)
    await run([docker, 'pull', '--quiet', image]);
  const [about] = JSON.parse((await run(inspect)).stdout) as [ImageDescription];
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  // A container has to have a command, even if it never starts.
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
  const main = candidates.find((folder) => root.library(`${folder}/libc.so.6`) !== undefined);
  const libc = main === undefined ? undefined : root.library(`${main}/libc.so.6`);
  if (main === undefined || !libc?.interpreter) {
    throw new ActionError(`${image} has no glibc in ${candidates.join(', ')}: it cannot be a Lambda OS.`);
  }
  const architecture = (
    [
      ['x86_64', machines.x86],
      ['arm64', machines.arm],
    ] as const
  ).find(([, machine]) => machine === libc.machine)?.[0];
  if (architecture === undefined)
    throw new ActionError(`${image} is for machine ${libc.machine}, not for x86 or ARM.`);
  const folder = root.folder(main) ?? '';
  const libraries = root.names(folder).flatMap((name) => {
    const elf = root.library(`/${folder}/${name}`);
    if (elf?.machine !== libc.machine) return [];
    return [[name, { soname: elf.soname, versionDefinitions: elf.versionDefinitions }] as const];
  });
  return {
    architecture,
    interpreter: libc.interpreter,
    osFolders: candidates.filter((candidate) => root.folder(candidate) === folder),
    libraries: new Map(libraries),
    hasPath: (path) => root.has(path),
    source: {
      kind: 'image',
      from: `${image}, ${about.RepoDigests?.[0]?.replace(/^.*@/, '') ?? about.Id}, made ${about.Created.slice(0, 10)}`,
    },
  };
}
