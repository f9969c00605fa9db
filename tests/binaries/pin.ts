/**
 * Updates the packages of Debian in a file of `pins/`: `node tests/binaries/pin.ts debian-8.6`. Finds the newest packages
 * that the file names, and the libraries that the binaries need. Needs Debian, but not root.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRelease, readAptEntries, readDebianCodename, toStanza } from '#lib/base-os/apt-sources.ts';
import { createRun } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { createLogger } from '#lib/node/logger.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { fetchArchives, findPlaces } from './archives.ts';
import { findPhp } from './find-php.ts';
import { selectExtensions } from './layer-extensions.ts';
import { collectLibraries, indexLibraries } from './libraries.ts';
import { type DebianPackage, listPins, pinsFolder, readPins } from './pins.ts';
import { unpack } from './unpack.ts';

interface Stanza {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  readonly depends: readonly string[];
}

await runTool(main);

async function main(): Promise<void> {
  const name = process.argv[2] ?? '';
  if (!listPins().includes(name)) {
    throw new ActionError(`The build must be one of ${listPins().join(', ')}; got "${name}".`);
  }
  const pins = readPins(name);
  const pinned = new Date().toISOString().slice(0, 10);
  await using folder = await temporaryFolder();
  const log = createLogger(false);
  const indexes = await readIndexes(folder.path, pins.suites);
  // `name/suite` is the package of that suite.
  const find = (wanted: string) => {
    const [name = '', suite] = wanted.split('/');
    const among = suite === undefined ? [...indexes.values()] : [indexes.get(suite)];
    return among.map((index) => index?.get(name)).find((stanza) => stanza !== undefined);
  };
  const npm = pins.archives.filter((archive) => 'npm' in archive);
  const candidates = collect(pins.packages, find).map(toPin);
  const fetched = await fetchArchives([...npm, ...candidates], log, await findPlaces(log));
  const root = join(folder.path, 'root');
  await unpack(fetched, root);
  const { programs, extensions, libraryFolders } = await findPhp(root, pins);
  const index = await indexLibraries(libraryFolders);
  const { libraries, missing } = await collectLibraries(
    [...programs.values(), ...selectExtensions(extensions).files.values()],
    index,
  );
  const sonames = [...libraries]
    .filter(([, path]) => !path.startsWith(join(root, 'npm')))
    .map(([soname]) => soname);
  const used = new Set(await ownersOf(fetched, sonames, join(folder.path, 'package')));
  const kept = candidates.filter(
    ({ debian, sha256 }) => pins.packages.some((name) => name.split('/')[0] === debian) || used.has(sha256),
  );
  const php = kept.find(({ debian }) => debian.endsWith('-cli'));
  const release = php === undefined ? pins.release : php.version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
  const { name: _, skipped, ...rest } = pins;
  const content = { ...rest, release, pinned, skipped, archives: [...npm, ...kept] };
  await writeFile(join(pinsFolder, `${pins.name}.json`), `${JSON.stringify(content, null, 2)}\n`);
  log.info(
    `${pins.name}: PHP ${release}, ${kept.length} packages. Not found: ${[...missing].join(', ') || 'none'}.`,
  );
}

/** Returns the hashes of the packages that have libraries with these names. */
async function ownersOf(
  fetched: Awaited<ReturnType<typeof fetchArchives>>,
  sonames: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const owners: string[] = [];
  for (const one of fetched) {
    await unpack([one], folder);
    const names = await indexLibraries([folder]);
    if (sonames.some((soname) => names.has(soname))) owners.push(one.archive.sha256);
    await rm(folder, { recursive: true });
  }
  return owners;
}

/** Returns packages and the libraries that they need, directly or through others. */
function collect(names: readonly string[], find: (name: string) => Stanza | undefined): readonly Stanza[] {
  const found = new Map<string, Stanza>();
  const visit = (name: string): void => {
    const stanza = find(name);
    if (stanza === undefined || found.has(stanza.name)) return;
    found.set(stanza.name, stanza);
    for (const other of stanza.depends) if (/^(lib(?!.*-perl$)|zlib1g$)/.test(other)) visit(other);
  };
  for (const name of names) {
    if (find(name) === undefined)
      throw new ActionError(`Debian has no package "${name}". Correct "packages" or "suites".`);
    visit(name);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toPin({ name, version, path, sha256 }: Stanza): DebianPackage {
  return {
    debian: name,
    version,
    sha256,
    path,
    ...(/-dev$|^(lib|sh)tool$/.test(name) && { use: 'compile' as const }),
  };
}

async function readIndexes(
  folder: string,
  suites: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Stanza>>> {
  const codename = await readDebianCodename();
  const entry = codename === undefined ? undefined : findRelease(await readAptEntries(), codename);
  if (entry === undefined)
    throw new ActionError('This machine is not Debian, or its apt has no entry for its own release.');
  const run = createRun(createLogger(false));
  const indexes = new Map<string, ReadonlyMap<string, Stanza>>();
  for (const suite of suites) {
    const at = join(folder, suite);
    for (const name of ['parts', 'lists/partial', 'cache/archives/partial'])
      await mkdir(join(at, name), { recursive: true });
    await writeFile(join(at, 'parts', 'wanted.sources'), toStanza('deb', entry, suite));
    const settings = {
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': join(at, 'parts'),
      'Dir::State::lists': join(at, 'lists'),
      'Dir::Cache': join(at, 'cache'),
      'APT::Sandbox::User': 'root',
      'APT::Architecture': 'amd64',
      'Acquire::GzipIndexes': 'false',
    };
    await run([
      'apt-get',
      ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
      'update',
    ]);
    const files = (await readdir(join(at, 'lists'))).filter((name) => name.endsWith('_Packages'));
    indexes.set(
      suite,
      new Map(
        (await Promise.all(files.map((name) => readFile(join(at, 'lists', name), 'utf8')))).flatMap((text) =>
          parseIndex(text),
        ),
      ),
    );
  }
  return indexes;
}

function parseIndex(text: string): readonly (readonly [string, Stanza])[] {
  return text.split('\n\n').flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1];
    const [name, version, path, sha256] = [
      field('Package'),
      field('Version'),
      field('Filename'),
      field('SHA256'),
    ];
    if (name === undefined || version === undefined || path === undefined || sha256 === undefined) return [];
    const depends = (field('Depends') ?? '').split(',').map((item) => item.trim().split(/[ :|]/)[0] ?? '');
    return [[name, { name, version, path, sha256, depends }] as const];
  });
}
