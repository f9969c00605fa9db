import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cpu, cpuNames } from '#lib/layer/cpu.ts';
import type { Command } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { type AptEntry, readAptEntries, readDebianCodename } from './apt-sources.ts';
import { archiveLabel, type EngineClient } from './engine-images.ts';
import type { MadeImage } from './names.ts';

/** Whether this process can make an image of Debian, provided that mmdebstrap is installed. */
export async function isRootOnDebian(): Promise<boolean> {
  return process.getuid?.() === 0 && (await readDebianCodename()) !== undefined;
}

/**
 * Makes the image of a Debian release in the engine.
 *
 * @throws ActionError if this process is not root on Debian
 */
export async function makeDebianImage(
  image: string,
  cpu: Cpu,
  { suite, releaseTime }: MadeImage,
  { run, docker, log }: EngineClient & { readonly log: Logger },
): Promise<void> {
  if (!(await isRootOnDebian())) {
    throw new ActionError(
      `The engine does not have ${image}, and only root on Debian can make it (with mmdebstrap). ` +
        'Use `base: al2023`, or load the image by hand.',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'base-os-'));
  const tar = join(folder, 'base-os.tar');
  try {
    log.info(`Making ${image} with mmdebstrap (about 20 s) ...`);
    // mmdebstrap lowers every time in the archive to this one. Equal packages then make equal bytes.
    const env = { SOURCE_DATE_EPOCH: String(releaseTime) };
    await run(mmdebstrap(tar, cpu, suite, selectMirrors(await readAptEntries(), suite)), { env });
    const label = `LABEL ${archiveLabel}=sha256:${await hashFile(tar)}`;
    await run([docker, 'import', '--platform', cpuNames[cpu].platform, '--change', label, tar, image]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const debianArchitectures: Readonly<Record<Cpu, string>> = { x86: 'amd64', arm: 'arm64' };

/** Returns the command that makes a minimal Debian as a tar archive. */
export function mmdebstrap(tar: string, cpu: Cpu, suite: string, mirrors: readonly string[]): Command {
  const architecture = `--architectures=${debianArchitectures[cpu]}`;
  return ['mmdebstrap', '--variant=minbase', architecture, suite, tar, ...mirrors];
}

/** Returns the lines for the entries of a release and of its updates. Without any, mmdebstrap uses its defaults. */
export function selectMirrors(entries: readonly AptEntry[], release: string): readonly string[] {
  const suites = [release, `${release}-updates`, `${release}-security`];
  return entries
    .filter(({ suite, components }) => suites.includes(suite) && components.includes('main'))
    .map(({ uri, suite }) => `deb ${uri} ${suite} main`);
}
