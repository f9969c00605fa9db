import { mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import { maximumUnzippedSize, unpackLayer } from '../../../actions/test-layer/src/unpack.ts';
import { buildElf } from '../package-layer/elf/elf-builder.ts';
import { makeWorkspace, type Workspace, type ZipEntries } from './workspace.ts';

const arm = buildElf({ machine: 183 });
const x86 = buildElf({ machine: 62 });

async function unpack(
  workspace: Workspace,
  layers: readonly ZipEntries[],
  { cpu = 'x86' as 'x86' | 'arm', room = maximumUnzippedSize } = {},
) {
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  const results = [];
  for (const [index, entries] of layers.entries()) {
    const zip = await workspace.zip(`layer-${index}.zip`, entries);
    results.push(await unpackLayer(zip, root, cpu, room));
  }
  return { root, results };
}

test('files keep their modes and symbolic links stay links, whatever they point to', async () => {
  await using workspace = await makeWorkspace();
  const { root, results } = await unpack(workspace, [
    {
      bootstrap: { bytes: '#!/bin/sh\n', mode: 0o100755 },
      'bref/ssl/cert.pem': { link: '/etc/ssl/cert.pem' },
      'lib/a.so': { bytes: 'library', mode: 0o100640 },
    },
  ]);
  expect((await stat(join(root, 'bootstrap'))).mode & 0o7777).toBe(0o755);
  expect((await stat(join(root, 'lib/a.so'))).mode & 0o7777).toBe(0o640);
  expect((await stat(join(root, 'bref/ssl'))).mode & 0o7777).toBe(0o755);
  expect(await readlink(join(root, 'bref/ssl/cert.pem'))).toBe('/etc/ssl/cert.pem');
  expect(results).toEqual([{ files: 3, size: 17, replaced: [] }]);
});

test('set-uid bits are dropped', async () => {
  await using workspace = await makeWorkspace();
  const { root } = await unpack(workspace, [{ suid: { bytes: 'x', mode: 0o104755 } }]);
  expect((await stat(join(root, 'suid'))).mode & 0o7777).toBe(0o755);
});

test('a file of a zip that knows no Unix modes gets 0644', async () => {
  await using workspace = await makeWorkspace();
  const zip = new JSZip().file('plain', 'x');
  const bytes = await zip.generateAsync({ type: 'nodebuffer', platform: 'DOS' });
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  await unpackLayer(await workspace.file('dos.zip', bytes), root, 'x86', 1);
  expect((await stat(join(root, 'plain'))).mode & 0o7777).toBe(0o644);
});

test('of a path that two layers have, the later one wins and is reported', async () => {
  await using workspace = await makeWorkspace();
  const { root, results } = await unpack(workspace, [
    { bootstrap: 'first', 'lib/x': { link: 'y' }, keep: 'kept' },
    { bootstrap: 'second', 'lib/x': 'file' },
  ]);
  expect(await readFile(join(root, 'bootstrap'), 'utf8')).toBe('second');
  expect(await readFile(join(root, 'lib/x'), 'utf8')).toBe('file');
  expect((await readdir(join(root, 'lib'))).sort()).toEqual(['x']);
  expect(results[1]?.replaced).toEqual(['bootstrap', 'lib/x']);
});

test.each<[string, readonly ZipEntries[], string]>([
  ['an absolute name', [{ '/etc/cron.d/x': 'x' }], 'has the entry "/etc/cron.d/x"; names must be relative'],
  ['a name that climbs', [{ '../x': 'x' }], 'has the entry "../x"; names must be relative'],
  ['a name that climbs in the middle', [{ 'a/../../x': 'x' }], 'has the entry "a/../../x"'],
  [
    'a file below a symbolic link',
    [{ a: { link: '/tmp' }, 'a/x': 'x' }],
    'has entries below "a", which is a file or',
  ],
  [
    'a file below a link of an earlier layer',
    [{ a: { link: '.' } }, { 'a/x': 'x' }],
    'has entries below "a"',
  ],
  ['a file below a file', [{ a: 'x', 'a/b': 'x' }], 'has entries below "a"'],
  ['a file in place of a folder', [{ 'a/b': 'x' }, { a: 'x' }], 'has the file "a" where an earlier layer'],
  [
    'machine code for another CPU',
    [{ 'bin/php': arm }],
    '"bin/php" is machine code for arm, and the input "cpu" is x86',
  ],
])('a layer with %s is refused', async (_, layers, message) => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, layers)).rejects.toThrow(message);
});

test('machine code for the CPU in question is accepted', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, [{ 'bin/php': arm }], { cpu: 'arm' })).resolves.toBeDefined();
  await using other = await makeWorkspace();
  await expect(unpack(other, [{ 'bin/php': x86 }])).resolves.toBeDefined();
});

test('unpacking stops at the size that Lambda allows, whatever the zip promises', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, [{ a: 'x'.repeat(60), b: 'x'.repeat(60) }], { room: 100 })).rejects.toThrow(
    'is too large: unzipped, all layers of a function may have 262,144,000 bytes, and "b" exceeds that',
  );
});

test('a zip that does not exist is named with the remedy', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpackLayer(join(workspace.path, 'php-82.zip'), workspace.path, 'x86', 1)).rejects.toThrow(
    /Layer ".*php-82\.zip" does not exist; build it first/,
  );
});

test.each([
  ['text', Buffer.from('not a zip')],
  ['nothing', Buffer.alloc(0)],
])('a file of %s is said to be no zip', async (_, content) => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.file('php-82.zip', content);
  await expect(unpackLayer(zip, workspace.path, 'x86', 1)).rejects.toThrow(
    'is not a zip file, or a damaged one',
  );
});

test('a truncated zip is said to be damaged', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('whole.zip', { a: 'x'.repeat(1000) });
  const cut = await workspace.file('cut.zip', (await readFile(zip)).subarray(0, 500));
  await expect(unpackLayer(cut, workspace.path, 'x86', 1000)).rejects.toThrow(
    'is not a zip file, or a damaged one',
  );
});
