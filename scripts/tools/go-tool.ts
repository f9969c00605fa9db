import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../../actions/shared/command.ts';

const folder = join(import.meta.dirname, '..', '..', '.cache', 'go-tools');

/**
 * A program that its makers give away as Go source, installed once inside the checkout; its path. Undefined where
 * there is no Go.
 *
 * @param name the program's package, such as github.com/nektos/act
 */
export async function installGoTool(run: Run, name: string, version: string): Promise<string | undefined> {
  const bin = join(folder, `${name.replaceAll('/', '-')}-${version}`);
  const program = join(bin, name.split('/').at(-1) ?? '');
  if (existsSync(program)) return program;
  try {
    await run(['go', 'version']);
  } catch {
    return undefined;
  }
  await run(['go', 'install', `${name}@${version}`], { env: { GOBIN: bin } });
  return program;
}
