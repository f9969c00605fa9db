import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Root on Linux alone can mount one. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

/** What takes up the space of a disk that is filled. */
export const filler = 'filler';

/** A file system of its own at `path`, of that many KiB, for the length of a test. Not asynchronous: a build goes on meanwhile. */
export function mountSmallDisk(path: string, kilobytes: number) {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path]);
  return {
    /** Leaves room for that many blocks; a file takes at least one. */
    fill(blocks = 0): void {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(join(path, filler), Buffer.alloc((bavail - blocks) * bsize));
    },
    free(): void {
      rmSync(join(path, filler));
    },
    [Symbol.dispose](): void {
      execFileSync('umount', [path]);
    },
  };
}
