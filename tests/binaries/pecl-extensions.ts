import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { baseOsImage } from '#lib/base-os/names.ts';
import { findDocker } from '#lib/docker/client.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { openDebianArchive } from '#lib/sources/debian-source.ts';
import { download } from '#lib/sources/download.ts';
import { fetchSources } from '#lib/sources/fetch.ts';
import { type Artifact, readSources } from '#lib/sources/sources.ts';
import type { FetchedArchive } from './archives.ts';
import type { Pins } from './pins.ts';

const baseOs = 'debian-12';
const compilers = 'bref/test-compilers:latest';
/** As in php/Dockerfile. */
const script = join(import.meta.dirname, 'compile-extension.sh');

/**
 * Compiles PECL extensions with the compilers and flags of our builds, against the headers of a published PHP. Results
 * are kept between runs.
 *
 * @returns paths of the extensions, by name
 */
export async function compileExtensions(
  { name: build, php, extensions }: Pins,
  archives: readonly FetchedArchive[],
  log: Logger,
): Promise<ReadonlyMap<string, string>> {
  const compiled = new Map<string, string>();
  const names = Object.keys(extensions);
  if (names.length === 0) return compiled;
  const packages = archives.filter(({ archive }) => 'use' in archive);
  for (const { name, version, file, sha256 } of await fetchExtensions(build, php, names, log)) {
    // The substitute may be older than this PHP.
    if (version.localeCompare(extensions[name] ?? '', 'en', { numeric: true }) < 0) continue;
    const key = createHash('sha256').update(await readFile(script));
    for (const { archive } of packages) key.update(archive.sha256);
    const library = resolve('.cache/binaries/extensions', key.update(sha256).digest('hex'), `${name}.so`);
    if (!existsSync(library)) await compile(name, file, packages, library, log);
    compiled.set(name, library);
  }
  return compiled;
}

/** Fetches the release that our layers of this PHP have. If it cannot be reached, the release that Debian also has. */
async function fetchExtensions(build: string, php: string, names: readonly string[], log: Logger) {
  const own = `php-${php}/sources.json`;
  const substitutes = await readSources('php-82/sources.json');
  const artifacts = await readSources(own);
  const missing = names.find((wanted) => !artifacts.some(({ name }) => name === wanted));
  if (missing !== undefined) {
    throw new ActionError(
      `The pins of ${build} compile the extension "${missing}", which ${own} does not have. Correct "extensions".`,
    );
  }
  const wanted = artifacts
    .filter(({ name }) => names.includes(name))
    .map((artifact): Artifact => {
      const others = substitutes.filter(
        ({ name, sha256 }) => name === artifact.name && sha256 !== artifact.sha256,
      );
      return { ...artifact, substitutes: [...artifact.substitutes, ...others] };
    });
  await using debian = openDebianArchive(createRun(log));
  return fetchSources(wanted, resolve('.cache/sources'), {
    debian,
    log,
    download: (url, path) => download(url, path, log),
  });
}

async function compile(
  name: string,
  source: string,
  packages: readonly FetchedArchive[],
  library: string,
  log: Logger,
): Promise<void> {
  const run = createRun(log);
  const docker = await findDocker(run);
  log.info(`Compiling ${name} ...`);
  const work = await mkdtemp(join(tmpdir(), 'extension-'));
  try {
    await mkdir(join(work, 'packages'));
    await mkdir(join(work, 'context'));
    for (const { archive, file } of packages)
      await copyFile(file, join(work, 'packages', `${archive.sha256}.deb`));
    await copyFile(source, join(work, 'source.tar'));
    await copyFile(script, join(work, 'compile-extension.sh'));
    const platform = 'linux/amd64';
    await run([
      docker,
      ...['buildx', 'build', '--builder', 'default', '--load', '--tag', compilers],
      ...['--file', 'php/Dockerfile', '--target', 'packages'],
      ...['--build-context', `base-files=php/bases/${baseOs}`],
      ...['--build-context', `build-base=docker-image://${baseOsImage(baseOs, 'x86')}`],
      ...['--build-arg', `BUILD_PLATFORM=${platform}`, '--build-arg', `LAYER_PLATFORM=${platform}`],
      join(work, 'context'),
    ]);
    await run([
      docker,
      'run',
      '--rm',
      '--network',
      'none',
      '--volume',
      `${work}:/extension`,
      compilers,
      'sh',
      '/extension/compile-extension.sh',
      name,
    ]);
    await writeAtomically(library, (path) => copyFile(join(work, `${name}.so`), path));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
