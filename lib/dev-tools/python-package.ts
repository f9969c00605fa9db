import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import { ActionError } from '#lib/node/errors.ts';

export interface PythonPackage {
  /** Name on PyPI. */
  readonly name: string;
  readonly version: string;
  readonly extras?: string;
}

/** Folder of the installed packages: inside the checkout, ignored by Git. */
const cache = join(import.meta.dirname, '../..', '.cache');

/** Installs a pinned package once, into a separate Python environment. Returns the folder of its programs. */
export async function installPythonPackage(
  run: Run,
  { name, version, extras = '' }: PythonPackage,
  folder = join(cache, name),
): Promise<string> {
  const environment = join(folder, `venv-${version}`);
  const programs = join(environment, 'bin');
  const complete = join(environment, 'complete');
  if (existsSync(complete)) return programs;
  await rm(environment, { recursive: true, force: true });
  await mkdir(dirname(environment), { recursive: true });
  await createPythonEnvironment(run, environment);
  const requirement = `${name}${extras}==${version}`;
  await run([join(programs, 'pip'), 'install', '--quiet', '--disable-pip-version-check', requirement]);
  await writeFile(complete, '');
  return programs;
}

async function createPythonEnvironment(run: Run, path: string): Promise<void> {
  try {
    await run(['python3', '-m', 'venv', path]);
  } catch (cause) {
    throw new ActionError(
      'Python 3 with its venv module is required. On Debian and Ubuntu, run: apt-get install python3-venv',
      { cause },
    );
  }
}
