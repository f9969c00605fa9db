import { mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { unpackLayer } from '#lib/sandbox/unpack.ts';
import { buildElf } from '../../../helpers/elf-builder.ts';
import { makeWorkspace, type Workspace, type ZipEntries } from '../../../helpers/workspace.ts';

const arm = buildElf({ machine: 183 });
const x86 = buildElf({ machine: 62 });

async function unpack(
  workspace: Workspace,
  layers: readonly ZipEntries[],
  { cpu = 'x86' as 'x86' | 'arm', room = unzippedLimitBytes } = {},
) {
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  const results = [];
  for (const [index, entries] of layers.entries()) {
    const zip = await workspace.zip(`layer-${index}.zip`, entries);
    results.push(await unpackLayer({ name: zip, bytes: await readFile(zip) }, root, cpu, room));
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
  await unpackLayer({ name: 'dos.zip', bytes }, root, 'x86', 1);
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

test('a symbolic link cannot be a bomb', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, [{ 'lib/x': { link: 'y'.repeat(4097) } }])).rejects.toThrow(
    'has the symbolic link "lib/x", whose target is longer than 4096 bytes',
  );
});

test('a bomb is stopped by what comes out of it, not by what it says of itself', async () => {
  await using workspace = await makeWorkspace();
  const zip = new JSZip().file('bomb', Buffer.alloc(4_000_000));
  const bytes = await zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
  // The size in the central directory: 12 bytes after the CRC-32, which is 16 after the signature.
  bytes.writeUInt32LE(10, bytes.indexOf('PK\x01\x02', 0, 'latin1') + 24);
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  await expect(unpackLayer({ name: 'bomb.zip', bytes }, root, 'x86', 100_000)).rejects.toThrow(ActionError);
  expect((await stat(join(root, 'bomb'))).size).toBeLessThan(200_000);
});

test.each([
  ['text', Buffer.from('not a zip')],
  ['nothing', Buffer.alloc(0)],
])('a file of %s is said to be no zip', async (_, content) => {
  await using workspace = await makeWorkspace();
  await expect(unpackLayer({ name: 'a.zip', bytes: content }, workspace.path, 'x86', 1)).rejects.toThrow(
    'is not a zip file, or a damaged one',
  );
});

test('a truncated zip is said to be damaged', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('whole.zip', { a: 'x'.repeat(1000) });
  const bytes = (await readFile(zip)).subarray(0, 500);
  await expect(unpackLayer({ name: 'cut.zip', bytes }, workspace.path, 'x86', 1000)).rejects.toThrow(
    'is not a zip file, or a damaged one',
  );
});
