import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';

const folder = join(import.meta.dirname, '../..', '.cache', 'go-tools');

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
  const go = await findGo(run);
  if (go === undefined) return undefined;
  await run([go, 'install', `${name}@${version}`], { env: { GOBIN: bin } });
  return program;
}

/** On PATH, or where Go's own archive is unpacked by its instructions. */
async function findGo(run: Run): Promise<string | undefined> {
  for (const program of ['go', '/usr/local/go/bin/go']) {
    try {
      await run([program, 'version']);
      return program;
    } catch {
      // The next one.
    }
  }
  return undefined;
}
