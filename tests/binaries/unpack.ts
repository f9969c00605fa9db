import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar';
import { createRun } from '#lib/node/command.ts';
import { createLogger } from '#lib/node/logger.ts';
import type { FetchedArchive } from './archives.ts';

const run = createRun(createLogger(false));

/** Unpacks archives into one folder: packages of Debian at their paths, and an npm package at `npm`. */
export async function unpack(archives: readonly FetchedArchive[], folder: string): Promise<void> {
  await mkdir(join(folder, 'npm'), { recursive: true });
  for (const { archive, file } of archives) {
    if ('npm' in archive) await extract({ file, cwd: join(folder, 'npm'), strip: 1 });
    else await run(['dpkg-deb', '--extract', file, folder]);
  }
}
