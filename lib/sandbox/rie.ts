import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import JSZip from 'jszip';
import type { Cpu } from '#lib/layer/cpu.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { readMachine } from './machine.ts';
import pin from './rie.json' with { type: 'json' };

export interface EmulatorNeeds {
  readonly run: Run;
  readonly log: Logger;
  /** Where the binary is kept. */
  readonly cacheFolder: string;
}

const remedy = 'Install Python 3 with pip, or give the path of an aws-lambda-rie binary in the input "rie".';

/**
 * The absolute path of AWS's Runtime Interface Emulator for a CPU: the given one, else the one in the cache, else
 * from the wheel of AWS's SAM CLI, which carries it for both CPUs and which pip fetches from wherever this machine
 * gets its packages. Wheel and binary are pinned by SHA-256 in rie.json.
 */
export async function findEmulator(
  cpu: Cpu,
  given: string | undefined,
  needs: EmulatorNeeds,
): Promise<string> {
  if (given !== undefined) {
    const machine = await readMachine(given).catch(() => undefined);
    if (machine === cpu) return resolve(given);
    const found = machine === undefined ? '' : `, which "${machine}" is not`;
    throw new InputError('rie', `must be the path of an aws-lambda-rie binary for ${cpu}${found}`, given);
  }
  const { sha256, path } = pin.binaries[cpu];
  const cached = resolve(needs.cacheFolder, 'aws-lambda-rie', pin.version, path.split('/').at(-1) ?? cpu);
  if ((await readFile(cached).then(hash, () => undefined)) === sha256) return cached;

  needs.log.info(`Fetching AWS's Runtime Interface Emulator (${pin.package} ${pin.version})`);
  const binary = await extract(await downloadWheel(needs.run), path);
  expectHash(path, sha256, binary);
  await writeAtomically(cached, async (temporary) => {
    await writeFile(temporary, binary);
    await chmod(temporary, 0o755);
  });
  return cached;
}

async function downloadWheel(run: Run): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'test-layer-rie-'));
  try {
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--no-deps', '--only-binary=:all:'];
    await run(['python3', ...pip, '--dest', folder, `${pin.package}==${pin.version}`]).catch(
      (cause: unknown) => {
        throw new ActionError(`Lambda's emulator could not be fetched with pip. ${remedy}`, { cause });
      },
    );
    const wheel = await readFile(join(folder, pin.wheel.file));
    expectHash(pin.wheel.file, pin.wheel.sha256, wheel);
    return wheel;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function extract(wheel: Buffer, path: string): Promise<Buffer> {
  const entry = (await JSZip.loadAsync(wheel)).file(path);
  if (entry === null) throw new ActionError(`"${path}" is not in ${pin.wheel.file}; correct rie.json.`);
  return entry.async('nodebuffer');
}

function expectHash(name: string, expected: string, content: Buffer): void {
  const found = hash(content);
  if (found === expected) return;
  throw new ActionError(
    `"${name}" is not what it should be: SHA-256 ${found} instead of ${expected}. ${remedy}`,
  );
}

function hash(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
