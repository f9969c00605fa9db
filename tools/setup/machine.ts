import { access } from 'node:fs/promises';
import { findRelease, readAptEntries, readDebianCodename } from '#lib/base-os/apt-sources.ts';
import { findDocker } from '#lib/docker/client.ts';
import type { Command, Run } from '#lib/node/command.ts';

/** The state of this machine on which the plan of setup depends. */
export interface Machine {
  readonly isRoot: boolean;
  /** Debian release of apt's entries, such as `bookworm`; undefined on another system. */
  readonly debian: string | undefined;
  /** CPU of the machine, by Node's name. */
  readonly arch: string;
  /** Docker client that reaches an engine and has buildx; undefined if there is none. */
  readonly docker: string | undefined;
  /** Debian's engine is installed, even if it is not running. */
  readonly hasEngine: boolean;
  readonly hasMmdebstrap: boolean;
  /** Python 3 that can create a virtual environment with pip. */
  readonly hasPython: boolean;
  /** The kernel runs programs of the other CPU. */
  readonly hasEmulation: boolean;
  /** Returns whether the engine has an image. */
  hasImage(name: string): Promise<boolean>;
  /** Returns whether the engine has an image or can pull it. */
  canPull(name: string): Promise<boolean>;
  /** Returns whether Info-ZIP, 7-Zip and libarchive's tar are installed. */
  hasZipReaders(): Promise<boolean>;
  /** Returns whether a C compiler and the headers of the C library are installed. */
  hasCompiler(): Promise<boolean>;
  /** GitHub's own command line program, which release.yml uses. */
  readonly hasGh: boolean;
  /** Debian's Chromium, for the tests of web pages. */
  readonly hasBrowser: boolean;
}

export async function inspectMachine(run: Run): Promise<Machine> {
  const works = async (command: Command) => {
    try {
      return (await run(command, { allowFailure: true })).exitCode === 0;
    } catch {
      return false;
    }
  };
  const docker = await findDocker(run).catch(() => undefined);
  const hasImage = (name: string) => works([docker ?? 'docker', 'image', 'inspect', name]);
  return {
    isRoot: process.getuid?.() === 0,
    debian: await findDebianRelease(),
    arch: process.arch,
    docker,
    hasEngine: (await exists('/usr/sbin/dockerd')) && (await works(['/usr/bin/docker', 'buildx', 'version'])),
    hasMmdebstrap: await works(['mmdebstrap', '--version']),
    hasPython: await works(['python3', '-c', 'import ensurepip, venv']),
    hasEmulation: await exists(
      `/proc/sys/fs/binfmt_misc/qemu-${process.arch === 'x64' ? 'aarch64' : 'x86_64'}`,
    ),
    hasGh: await works(['gh', '--version']),
    hasBrowser: await exists('/usr/bin/chromium'),
    hasImage,
    canPull: async (name) => (await hasImage(name)) || works([docker ?? 'docker', 'pull', '--quiet', name]),
    hasZipReaders: async () =>
      (await works(['zip', '-v'])) &&
      (await works(['unzip', '-v'])) &&
      (await works(['7zz'])) &&
      (await works(['bsdtar', '--version'])),
    hasCompiler: async () => (await works(['cc', '--version'])) && (await exists('/usr/include/stdio.h')),
  };
}

async function findDebianRelease(): Promise<string | undefined> {
  const codename = await readDebianCodename();
  return codename && (findRelease(await readAptEntries(), codename)?.suite ?? codename);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
