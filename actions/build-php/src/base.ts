import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAptEntries, readDebianCodename } from '../../shared/apt-sources.ts';
import type { Command, Run } from '../../shared/command.ts';
import { type Cpu, cpuNames } from '../../shared/cpu.ts';
import { ActionError, describeError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';

/** The folders of bases/. */
export const bases = ['al2023', 'debian-12'] as const;
export type Base = (typeof bases)[number];

/** `auto`: al2023 where its image can be had, else debian-12. */
export const baseChoices = ['auto', ...bases] as const;
export type BaseChoice = (typeof baseChoices)[number];

export interface BaseImage {
  readonly base: Base;
  /** The name by which the engine knows it. */
  readonly image: string;
  /** The engine's identifier of its content. */
  readonly id: string;
}

export interface BaseDependencies {
  readonly run: Run;
  readonly docker: string;
  readonly log: Logger;
}

export function imageName(base: Base, cpu: Cpu): string {
  return base === 'al2023'
    ? `public.ecr.aws/lambda/provided:al2023-${cpuNames[cpu].aws}`
    : `bref/base-debian-12:${cpu}`;
}

/** Has the base image in the engine: what is there is used; otherwise al2023 is pulled and debian-12 made. */
export async function obtainBase(
  choice: BaseChoice,
  cpu: Cpu,
  dependencies: BaseDependencies,
): Promise<BaseImage> {
  if (choice !== 'auto') return obtain(choice, cpu, dependencies);
  try {
    const image = await obtain('al2023', cpu, dependencies);
    dependencies.log.info(`Base: al2023 (${image.image}).`);
    return image;
  } catch (error) {
    dependencies.log.info('Base: debian-12, since the image of al2023 cannot be had here.');
    dependencies.log.debug(describeError(error));
    return obtain('debian-12', cpu, dependencies);
  }
}

async function obtain(base: Base, cpu: Cpu, dependencies: BaseDependencies): Promise<BaseImage> {
  const image = imageName(base, cpu);
  const present = await findId(image, dependencies);
  if (present !== undefined) return { base, image, id: present };
  if (base === 'al2023') {
    await dependencies.run([dependencies.docker, 'pull', '--platform', cpuNames[cpu].platform, image]);
  } else {
    await makeDebian(image, cpu, dependencies);
  }
  const id = await findId(image, dependencies);
  if (id === undefined)
    throw new ActionError(`The engine does not know ${image}, although it was just made.`);
  return { base, image, id };
}

async function findId(image: string, { run, docker }: BaseDependencies): Promise<string | undefined> {
  const command: Command = [docker, 'image', 'inspect', '--format', '{{.Id}}', image];
  const { exitCode, stdout } = await run(command, { allowFailure: true });
  return exitCode === 0 ? stdout.trim() : undefined;
}

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
    await run(mmdebstrap(tar, cpu, await findMirrorLines()));
    await run([docker, 'import', '--platform', cpuNames[cpu].platform, tar, image]);
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
