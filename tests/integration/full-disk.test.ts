import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { makeTree } from '../unit/package-layer/tree-fixture.ts';

/** A file system of 64 KiB can be mounted by root on Linux only. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!canMount)('a full disk is an error with the remedy, and leaves nothing behind', async () => {
  await using layer = await makeTree({ noise: { bytes: randomBytes(200_000), mode: 0o644 } });
  await using folder = await temporaryFolder();
  const disk = join(folder.path, 'disk');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  try {
    const { exitCode, stderr } = await runBundle({
      action: 'package-layer',
      folder: folder.path,
      inputs: { path: layer.path, name: 'layer', cpu: 'any', level: 'fast', output: disk, prune: 'false' },
    });
    expect(stderr).toMatch(/layer\.(zip|sbom\.json|manifest\.json) cannot be written: the disk is full/);
    expect(exitCode).toBe(1);
    expect((await readdir(disk)).filter((name) => name !== 'layer.audit.json')).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});
