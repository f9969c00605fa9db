import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Only root on Linux can mount a disk. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** Name of the file that fills a disk. */
export const fillerName = 'filler';

/**
 * Mounts an empty disk for the duration of a test. All calls are synchronous, because a build runs at the same time.
 *
 * @param sizeKib size of the disk in KiB
 */
export function mountSmallDisk(path: string, sizeKib: number) {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'tmpfs', path]);
  return {
    /** @param freeBlocks number of blocks that stay free; a file takes at least one */
    fill(freeBlocks = 0): void {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, fillerName), Buffer.alloc((bavail - freeBlocks) * bsize));
    },
    free(): void {
      rmSync(join(path, fillerName));
    },
    [Symbol.dispose](): void {
      execFileSync('umount', [path]);
    },
  };
}
