import type { Cpu } from '#lib/layer/cpu.ts';
import type { Command, Run } from '#lib/node/command.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';

export const al2023 = 'public.ecr.aws/lambda/provided:al2023-x86_64';
export const debian = 'bref/base-debian-12:x86';
export const debianArm = 'bref/base-debian-12:arm';

export interface FakeEngine {
  /** Folder for the records of images. */
  readonly recordFolder: string;
  /** Images in the engine. */
  readonly images?: readonly string[];
  /** Images in the registry. */
  readonly registry?: readonly string[];
  readonly nativeCpus?: readonly Cpu[];
  /** Driver of buildx's current builder. */
  readonly driver?: string;
}

/** Options whose docker commands are answered without an engine and a registry. */
export function fakeEngine({
  recordFolder,
  images = [],
  registry = [],
  nativeCpus = ['x86'],
  driver = 'docker',
}: FakeEngine) {
  const present = new Set(images);
  const pulled: string[] = [];
  const run: Run = async (command: Command) => {
    const image = command.at(-1) ?? '';
    if (command[1] === 'pull') {
      if (!registry.includes(image)) throw new Error('no such host');
      present.add(image);
      pulled.push(image);
    }
    if (command[1] === 'buildx' && command[2] === 'inspect') {
      return { exitCode: 0, stdout: `Name:   current\nDriver: ${driver}\n`, stderr: '' };
    }
    if (command[2] === 'imagetools') {
      return { exitCode: registry.includes(image) ? 0 : 1, stdout: 'sha256:registry\n', stderr: '' };
    }
    const stdout = JSON.stringify({ Id: `sha256:${image}` });
    return { exitCode: present.has(image) ? 0 : 1, stdout, stderr: '' };
  };
  const log = silentLogger();
  return {
    log,
    pulled,
    options: { run, docker: 'docker', log, builder: undefined, recordFolder, nativeCpus },
  };
}

/** The identity of an image of the fake engine. */
export function identityOf(image: string) {
  return { image, id: `sha256:${image}` };
}
