import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTree } from '#lib/layer/tree.ts';
import { writeZip } from '#lib/zip/zip.ts';
import { anyTree } from '../fixtures/any-tree.ts';
import { testPool } from '../fixtures/deflate-pool.ts';
import { makeTree } from '../fixtures/layer-tree.ts';
import { listTree } from '../fixtures/list-tree.ts';
import { runBundle } from '../fixtures/run-bundle.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

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

/**
 * Programs that unpack zips: name, a command that succeeds if the program is installed, and the command that unpacks.
 */
const readers = [
  ['Info-ZIP', ['unzip', '-v'], (zip: string, to: string) => ['unzip', '-q', zip, '-d', to]],
  [
    '7-Zip',
    ['7zz'],
    (zip: string, to: string) => ['7zz', 'x', '-bso0', ...sevenZipSwitches(), `-o${to}`, zip],
  ],
  ['Python', ['python3', '--version'], (zip: string, to: string) => ['python3', '-c', python, zip, to]],
  ['bsdtar', ['bsdtar', '--version'], (zip: string, to: string) => ['bsdtar', '-x', '-f', zip, '-C', to]],
] as const;

/** 7-Zip from 25.01 on unpacks symlinks such as `../lib/x` only with a switch, which older releases refuse. */
function sevenZipSwitches(): readonly string[] {
  const [, release = '0'] = /7-Zip .*?(\d+\.\d+)/.exec(spawnSync('7zz', { encoding: 'utf8' }).stdout) ?? [];
  return Number(release) >= 25.01 ? ['-snld20'] : [];
}

const noise = Buffer.concat(
  Array.from({ length: 2_000 }, (_, index) => createHash('sha512').update(String(index)).digest()),
);

async function makeLayer() {
  return makeTree({
    bootstrap: { bytes: '#!/bin/sh\nexec true\n', mode: 0o755 },
    'lib/libx.so.1.2': { bytes: 'long text, not a library. '.repeat(10_000), mode: 0o644 },
    'lib/libx.so.1': { link: 'libx.so.1.2' },
    'share/stored.bin': { bytes: noise, mode: 0o644 },
    'share/empty': '',
    'share/déjà vu €.txt': 'UTF-8',
    'share/deep/er/file': 'x',
  });
}

/** Returns whether to skip a program. CI installs all of them (`make setup-tests`), so there nothing is skipped. */
function isMissing([program, ...args]: readonly [string, ...string[]]): boolean {
  return !process.env.CI && spawnSync(program, args, { stdio: 'ignore' }).status !== 0;
}

async function unpackWith(command: readonly string[], folder: string): Promise<void> {
  await mkdir(folder);
  const [program = '', ...args] = command;
  await execute(program, args);
}

describe.each(readers)('%s', (_name, probe, unpack) => {
  test.skipIf(isMissing(probe))('unpacks the same files, modes and symlinks', async () => {
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
    await unpackWith(unpack(join(folder.path, 'output/layer.zip'), target), target);
    expect(await listTree(target)).toEqual(await listTree(layer.path));
  });

  test.skipIf(isMissing(probe))('unpacks any layer tree unchanged, with the modes of a layer', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (files) => {
        await using layer = await makeTree(files);
        const zip = join(layer.root, 'layer.zip');
        await writeZip(zip, (await readTree(layer.path)).entries, testPool);
        const target = join(layer.root, 'unpacked');
        await unpackWith(unpack(zip, target), target);
        expect(await listTree(target)).toEqual(await listPackaged(layer.path));
      }),
      { numRuns: 15 },
    );
  });
});

/** Describes a layer tree with the modes of a layer: 0755 for executable files, otherwise 0644. */
async function listPackaged(tree: string): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(await listTree(tree)).map(([path, description]) => {
    const [mode = '', hash] = description.split(' ');
    if (mode === '->') return [path, description];
    return [path, `${Number.parseInt(mode, 8) & 0o111 ? '755' : '644'} ${hash}`];
  });
  return Object.fromEntries(entries);
}
