import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { listTree } from '../helpers/list-tree.ts';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { makeTree } from '../unit/package-layer/tree-fixture.ts';

const execute = promisify(execFile);

const python = `
import os, stat, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for entry in archive.infolist():
        path = os.path.join(sys.argv[2], entry.filename)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        mode = entry.external_attr >> 16
        if stat.S_ISLNK(mode):
            os.symlink(archive.read(entry).decode(), path)
        else:
            open(path, "wb").write(archive.read(entry))
            os.chmod(path, mode & 0o7777)
`;

/** Programs that people unpack zips with, by a command that has an exit code of 0 where they are there. */
const readers = [
  ['Info-ZIP', ['unzip', '-v'], (zip: string, to: string) => ['unzip', '-q', zip, '-d', to]],
  ['7-Zip', ['7zz'], (zip: string, to: string) => ['7zz', 'x', '-bso0', `-o${to}`, zip]],
  ['Python', ['python3', '--version'], (zip: string, to: string) => ['python3', '-c', python, zip, to]],
  ['bsdtar', ['bsdtar', '--version'], (zip: string, to: string) => ['bsdtar', '-x', '-f', zip, '-C', to]],
] as const;

const noise = Buffer.concat(
  Array.from({ length: 2_000 }, (_, index) => createHash('sha512').update(String(index)).digest()),
);

async function makeLayer() {
  return makeTree({
    bootstrap: { bytes: '#!/bin/sh\nexec true\n', mode: 0o755 },
    'lib/libx.so.1.2': { bytes: 'not a library, but long. '.repeat(10_000), mode: 0o644 },
    'lib/libx.so.1': { link: 'libx.so.1.2' },
    'share/stored.bin': { bytes: noise, mode: 0o644 },
    'share/empty': '',
    'share/déjà vu €.txt': 'UTF-8',
    'share/deep/er/file': 'x',
  });
}

test.each(readers)('%s unpacks the same files, modes and links', async (_name, probe, unpack) => {
  const [program, ...args] = probe;
  const isMissing = spawnSync(program, args, { stdio: 'ignore' }).status !== 0;
  // CI has them all, by `make setup-tests`; elsewhere what is not there is passed over.
  if (isMissing && !process.env.CI) return;
  await using layer = await makeLayer();
  await using folder = await temporaryFolder();
  const { exitCode, stderr } = await runBundle({
    action: 'package-layer',
    folder: folder.path,
    inputs: { path: layer.path, name: 'layer', cpu: 'any', level: 'best' },
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const target = join(folder.path, 'unpacked');
  await mkdir(target);
  const [command, ...parameters] = unpack(join(folder.path, 'output/layer.zip'), target);
  await execute(command ?? '', parameters);
  expect(await listTree(target)).toEqual(await listTree(layer.path));
});
