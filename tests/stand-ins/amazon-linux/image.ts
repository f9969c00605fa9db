import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isRootOnDebian, makeDebianImage } from '#lib/base-os/debian-image.ts';
import { findEngineImage } from '#lib/base-os/engine-images.ts';
import type { BaseOsImage } from '#lib/base-os/image.ts';
import { baseOsImage, baseOsProperties } from '#lib/base-os/names.ts';
import type { Run } from '#lib/node/command.ts';
import type { Logger } from '#lib/node/logger.ts';
import policy from '../../../policies/lambda-al2023.json' with { type: 'json' };
import { unpackAmazonLibraries } from './amazon-libraries.ts';
import { sourcePackages } from './rpms.ts';
import { listDebianPackages, listPreinstalled, type Versions, writeAssembly, writeSpecs } from './specs.ts';

const recipe = import.meta.dirname;

/** Debian 12 from Docker Hub, for machines that cannot make the image of the base OS `debian-12`. */
const debianImage = 'docker.io/library/debian:bookworm-slim';

export interface StandInDependencies {
  readonly run: Run;
  readonly docker: string;
  readonly log: Logger;
  /** Folder for downloads that later runs reuse. */
  readonly cacheFolder: string;
}

/**
 * Makes the stand-in for Amazon's image in the engine if the engine does not have it, and returns its name, which
 * contains a digest of everything that it is made from.
 */
export async function makeStandIn(dependencies: StandInDependencies): Promise<string> {
  const { run, docker, log, cacheFolder } = dependencies;
  const base = await obtainDebian(dependencies);
  const context = await mkdtemp(join(tmpdir(), 'amazon-linux-'));
  try {
    await writeContext(context);
    const image = `bref/stand-in-al2023:x86-${await digest(context, base.id)}`;
    if ((await findEngineImage(image, dependencies)) !== undefined) return image;
    await mkdir(join(context, 'amazon'));
    await unpackAmazonLibraries(join(context, 'amazon'), cacheFolder, log);
    // Only this builder can use the engine's images.
    const command = [
      docker,
      'buildx',
      'build',
      '--builder',
      'default',
      '--load',
      '--platform',
      'linux/amd64',
    ] as const;
    await run([...command, '--build-arg', `BASE=${base.image}`, '--tag', image, context], { show: true });
    return image;
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Returns the image of the base OS `debian-12`, or Docker Hub's image of Debian 12 if this machine cannot make it. */
async function obtainDebian(dependencies: StandInDependencies): Promise<Pick<BaseOsImage, 'image' | 'id'>> {
  const image = baseOsImage('debian-12', 'x86');
  const { source } = baseOsProperties['debian-12'];
  if ((await findEngineImage(image, dependencies)) === undefined && source.kind === 'mmdebstrap') {
    if (!(await isRootOnDebian())) return { image: debianImage, id: debianImage };
    await makeDebianImage(image, 'x86', source, dependencies);
  }
  return (await findEngineImage(image, dependencies)) ?? { image: debianImage, id: debianImage };
}

/** Versions of all packages in Amazon's repository, by name. The numbers before a colon are epochs. */
export async function readRepository(): Promise<Versions> {
  const text = gunzipSync(await readFile(join(recipe, 'packages.txt.gz'))).toString();
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
}

async function writeContext(context: string): Promise<void> {
  const versions = await readRepository();
  const lines = (items: readonly string[]) => `${items.join('\n')}\n`;
  const texts = {
    'bookworm.txt': lines(listDebianPackages('bookworm')),
    'bullseye.txt': lines(listDebianPackages('bullseye')),
    'preinstalled.txt': lines(listPreinstalled()),
    'names.txt': lines([...versions.keys()]),
    'offered.txt': lines(policy.architectures.x86_64.sonames),
  };
  for (const [name, text] of Object.entries(texts)) await writeFile(join(context, name), text);
  for (const name of ['Dockerfile', 'fetch-debian', 'arrange-debian', 'build-rpms', 'make-image', 'files']) {
    await cp(join(recipe, name), join(context, name), { recursive: true });
  }
  await mkdir(join(context, 'specs'));
  for (const [source, spec] of writeSpecs(versions)) {
    await writeFile(join(context, 'specs', `${source}.spec`), spec);
  }
  await mkdir(join(context, 'assemblies'));
  for (const { rpms } of Object.values(sourcePackages)) {
    for (const [name, rpm] of Object.entries(rpms)) {
      await writeFile(join(context, 'assemblies', name), writeAssembly(name, rpm));
    }
  }
}

async function digest(context: string, base: string): Promise<string> {
  const hash = createHash('sha256').update(base);
  const entries = await readdir(context, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) hash.update(path.slice(context.length)).update(await readFile(path));
  return hash.digest('hex').slice(0, 12);
}
