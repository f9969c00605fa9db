import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '#lib/node/command.ts';

const folder = join(import.meta.dirname, '../..', '.cache', 'go-tools');

/**
 * Installs a Go program from source, once, inside the checkout. Returns its path, or undefined if Go is not installed.
 *
 * @param name package of the program, such as github.com/nektos/act
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

/** Looks on PATH, and in the folder that Go's installation instructions name (https://go.dev/doc/install). */
async function findGo(run: Run): Promise<string | undefined> {
  for (const program of ['go', '/usr/local/go/bin/go']) {
    try {
      await run([program, 'version']);
      return program;
    } catch {
      // Try the next one.
    }
  }
  return undefined;
}
