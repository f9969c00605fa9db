import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBuilderSees, findBuilder, seesEngine } from '#lib/docker/builder.ts';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { Stopped } from '#lib/node/signals.ts';
import { readAptEntries, readDebianCodename } from './apt-sources.ts';
import { type Compilation, chooseCompilation } from './compilation.ts';
import { type BaseOs, type BaseOsChoice, baseOsImage, baseOsNames } from './names.ts';

export interface BaseDependencies {
  readonly run: Run;
  readonly docker: string;
  readonly log: Logger;
  /** What builds: a base that is made here has to be seen by it. Undefined: buildx's current one. */
  readonly builder: string | undefined;
  /** The folder that remembers what the engine said of base images. */
  readonly records: string;
  /** The CPUs that can be built for without emulation. */
  readonly hosts: readonly Cpu[];
  /** The image of al2023 is pulled anew, even where it is here. */
  readonly fresh?: boolean;
}

/** An image by its content, whether or not it is in the engine yet. */
export interface BaseImage {
  readonly image: string;
  /**
   * What all machines call the same content: the registry's digest, else the hash of the archive that the image was
   * made from, else (an image loaded by hand) this engine's identifier.
   */
  readonly id: string;
  /** The registry's digest, where the image came from one. */
  readonly digest?: string;
}

/** A base for the CPU that is built for, and how PHP is compiled on it. */
export interface BaseIdentity extends BaseImage {
  readonly base: BaseOs;
  readonly compilation: Compilation;
  /** What the compilers run on: the same image, but where PHP is cross-compiled. */
  readonly build: BaseImage & { readonly cpu: Cpu };
}

/**
 * Says what would be built on, in a second: nothing is pulled or made. Undefined where that is not known: then
 * `obtainBase` finds out. An engine that does not answer is no hindrance; what it last said is remembered in `records`.
 */
export async function identifyBase(
  choice: BaseOsChoice,
  cpu: Cpu,
  dependencies: BaseDependencies,
): Promise<BaseIdentity | undefined> {
  for (const base of choice === 'auto' ? baseOsNames : [choice]) {
    const compilation = chooseCompilation(base, cpu, dependencies.hosts);
    const buildCpu = chooseBuildCpu(compilation, cpu, dependencies.hosts);
    const image = await identify(base, cpu, dependencies);
    if (image === undefined) continue;
    const build = buildCpu === cpu ? image : await identify(base, buildCpu, dependencies);
    return build && { ...image, base, compilation, build: { ...build, cpu: buildCpu } };
  }
  return undefined;
}

async function identify(
  base: BaseOs,
  cpu: Cpu,
  dependencies: BaseDependencies,
): Promise<BaseImage | undefined> {
  const image = baseOsImage(base, cpu);
  const id =
    (await findIdentity(image, dependencies))?.id ??
    (base === 'al2023' ? await findRegistryDigest(image, dependencies) : undefined) ??
    (await readRecord(image, dependencies.records));
  return id === undefined ? undefined : { image, id };
}

/** The CPU that the compilers run on, emulated or not. */
function chooseBuildCpu(compilation: Compilation, cpu: Cpu, [host]: readonly Cpu[]): Cpu {
  return compilation === 'cross' && host !== undefined ? host : cpu;
}

/**
 * Has the base image in the engine: what is there is used; otherwise al2023 is pulled and debian-12 made. A `fresh` al2023 is
 * pulled always, and one that is there used only where that fails.
 */
export async function obtainBase(
  choice: BaseOsChoice,
  cpu: Cpu,
  dependencies: BaseDependencies,
): Promise<BaseIdentity> {
  if (choice !== 'auto') return obtain(choice, cpu, dependencies);
  try {
    const image = await obtain('al2023', cpu, dependencies);
    dependencies.log.info(`Base: al2023 (${image.image}).`);
    return image;
  } catch (error) {
    if (error instanceof Stopped) throw error;
    dependencies.log.info('Base: debian-12, since the image of al2023 cannot be had here.');
    dependencies.log.debug(describeError(error));
    return await obtain('debian-12', cpu, dependencies).catch((cause) => {
      if (cause instanceof Stopped) throw cause;
      throw new NoBase(error, cause);
    });
  }
}

/** Of `auto`: what hindered the first base may pass, such as a registry's limit, and so is said too. */
export class NoBase extends ActionError {
  constructor(al2023: unknown, debian: unknown) {
    // Both are told here: neither is a cause to be told once more.
    super(`Neither base can be had.\nal2023: ${describeError(al2023)}\ndebian-12: ${describeError(debian)}`);
  }
}

async function obtain(base: BaseOs, cpu: Cpu, dependencies: BaseDependencies): Promise<BaseIdentity> {
  const { docker, run } = dependencies;
  const builder = await findBuilder(dependencies.builder, docker, run);
  if (base === 'debian-12') checkBuilderSees(baseOsImage(base, cpu), builder, dependencies.builder);
  const compilation = chooseCompilation(base, cpu, dependencies.hosts);
  const buildCpu = chooseBuildCpu(compilation, cpu, dependencies.hosts);
  // Whoever does not read the engine's image asks the registry, where the tag may have moved on meanwhile.
  const pin = (image: BaseImage): BaseImage =>
    seesEngine(builder) || image.digest === undefined
      ? image
      : { ...image, image: `${image.image}@${image.digest}` };
  const image = pin(await obtainImage(base, cpu, dependencies));
  const build = buildCpu === cpu ? image : pin(await obtainImage(base, buildCpu, dependencies));
  return { ...image, base, compilation, build: { ...build, cpu: buildCpu } };
}

async function obtainImage(base: BaseOs, cpu: Cpu, dependencies: BaseDependencies): Promise<BaseImage> {
  const { log } = dependencies;
  const image = baseOsImage(base, cpu);
  const present = await findIdentity(image, dependencies);
  if (base === 'al2023' && (present === undefined || dependencies.fresh)) {
    await pull(image, cpu, dependencies).catch((error) => {
      if (present === undefined || error instanceof Stopped) throw error;
      log.warning(`${image} is used as it is here: it could not be pulled anew. ${describeError(error)}`);
    });
  } else if (present === undefined) {
    await makeDebian(image, cpu, dependencies);
  }
  const identity = await findIdentity(image, dependencies);
  if (identity === undefined)
    throw new ActionError(`The engine does not know ${image}, although it was just made.`);
  await writeRecord(image, identity.id, dependencies.records);
  return { image, ...identity };
}

async function pull(image: string, cpu: Cpu, { run, docker, log }: BaseDependencies): Promise<void> {
  log.info(`Pulling ${image} ...`);
  await run([docker, 'pull', '--platform', cpuNames[cpu].platform, image]);
}

type Identity = Omit<BaseImage, 'image'>;

async function findIdentity(image: string, { run, docker }: BaseDependencies): Promise<Identity | undefined> {
  const command: Command = [docker, 'image', 'inspect', '--format', '{{json .}}', image];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 ? readIdentity(stdout) : undefined;
}

/** @param inspected the engine's description of an image */
export function readIdentity(inspected: string): Identity {
  const image = JSON.parse(inspected) as {
    readonly Id: string;
    readonly RepoDigests?: readonly string[] | null;
    readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
  };
  const digest = image.RepoDigests?.[0]?.split('@')[1];
  if (digest !== undefined) return { id: digest, digest };
  return { id: image.Config?.Labels?.[archiveLabel] ?? image.Id };
}

/** Asks the registry by buildx, which needs no engine for it and has the user's logins. */
async function findRegistryDigest(
  image: string,
  { run, docker }: BaseDependencies,
): Promise<string | undefined> {
  const command: Command = [
    docker,
    'buildx',
    'imagetools',
    'inspect',
    '--format',
    '{{.Manifest.Digest}}',
    image,
  ];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 && stdout.startsWith('sha256:') ? stdout.trim() : undefined;
}

/** Remembers what an image was in a file of its name, for a day when the engine is not running. */
function recordPath(image: string, records: string): string {
  return join(records, image.replaceAll(/[/:]/g, '-'));
}

async function readRecord(image: string, records: string): Promise<string | undefined> {
  return await readFile(recordPath(image, records), 'utf8').catch(() => undefined);
}

async function writeRecord(image: string, id: string, records: string): Promise<void> {
  await writeAtomically(recordPath(image, records), (path) => writeFile(path, id));
}

/** On an image that was made here: the SHA-256 of its archive, which is the same wherever the same packages are had. */
const archiveLabel = 'org.bref.base-archive';

async function makeDebian(image: string, cpu: Cpu, { run, docker, log }: BaseDependencies): Promise<void> {
  if (process.getuid?.() !== 0 || (await readDebianCodename()) === undefined) {
    throw new ActionError(
      `The base debian-12 is made with mmdebstrap, which needs root on Debian; neither ${image} nor that is here. ` +
        'Use base al2023, or load the image by hand.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'base-'));
  const tar = join(folder, 'base.tar');
  try {
    log.info(`Making ${image} with mmdebstrap (about 20 s) ...`);
    // Every time in the archive is at most that of Debian 12's release: the same packages make the same bytes.
    await run(mmdebstrap(tar, cpu, await findMirrorLines()), { env: { SOURCE_DATE_EPOCH: '1686355200' } });
    const label = `LABEL ${archiveLabel}=sha256:${await hashFile(tar)}`;
    await run([docker, 'import', '--platform', cpuNames[cpu].platform, '--change', label, tar, image]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const debianArchitecture: Readonly<Record<Cpu, string>> = { x86: 'amd64', arm: 'arm64' };

/** A minimal Debian 12 as a tar archive. */
export function mmdebstrap(tar: string, cpu: Cpu, mirrors: readonly string[]): Command {
  const architecture = `--architectures=${debianArchitecture[cpu]}`;
  return ['mmdebstrap', '--variant=minbase', architecture, 'bookworm', tar, ...mirrors];
}

/** The machine's own entries of Debian 12, where it is one; otherwise none, and mmdebstrap takes its defaults. */
async function findMirrorLines(): Promise<readonly string[]> {
  const entries = await readAptEntries();
  return entries
    .filter(
      ({ suite, components }) => /^bookworm(-updates|-security)?$/.test(suite) && components.includes('main'),
    )
    .map(({ uri, suite }) => `deb ${uri} ${suite} main`);
}
