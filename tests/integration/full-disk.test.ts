import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../helpers/file-server.ts';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { buildTinyPhp, makeTinySuite } from '../helpers/tiny-suite.ts';
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

test.skipIf(!canMount)('a full disk stops the fetching of sources, with the remedy', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve((_request, response) => response.end(randomBytes(200_000)));
  await makeTinySuite(folder.path, server.url);
  const disk = join(folder.path, '.cache');
  await mkdir(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  try {
    const { exitCode, stderr } = await buildTinyPhp(folder.path, { until: 'sources' });
    expect(stderr).toContain('cannot be written: the disk is full. Free some space, then try again.');
    expect(exitCode).toBe(1);
  } finally {
    execFileSync('umount', [disk]);
  }
});
