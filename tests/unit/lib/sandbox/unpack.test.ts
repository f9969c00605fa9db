import { mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import { unzippedLimitBytes } from '#lib/layer/quotas.ts';
import { ActionError } from '#lib/node/errors.ts';
import { unpackLayer } from '#lib/sandbox/unpack.ts';
import { buildElf } from '../../../fixtures/elf-builder.ts';
import { makeWorkspace, type Workspace, type ZipEntries } from '../../../fixtures/workspace.ts';

const arm = buildElf({ machine: 183 });
const x86 = buildElf({ machine: 62 });

/** Offset of a zip's first entry in its directory: APPNOTE.TXT, section 4.3.12. */
function centralHeader(bytes: Buffer): number {
  return bytes.indexOf('PK\x01\x02', 0, 'latin1');
}

async function unpack(
  workspace: Workspace,
  layers: readonly ZipEntries[],
  { cpu = 'x86' as 'x86' | 'arm', freeBytes = unzippedLimitBytes } = {},
) {
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  const results = [];
  for (const [index, entries] of layers.entries()) {
    const zip = await workspace.zip(`layer-${index}.zip`, entries);
    results.push(await unpackLayer(zip, root, cpu, freeBytes));
  }
  return { root, results };
}

test('keeps modes and symbolic links, even to missing targets', async () => {
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
  expect(results).toEqual([{ files: 3, sizeBytes: 17, replaced: [] }]);
});

test('drops set-uid bits', async () => {
  await using workspace = await makeWorkspace();
  const { root } = await unpack(workspace, [{ suid: { bytes: 'x', mode: 0o104755 } }]);
  expect((await stat(join(root, 'suid'))).mode & 0o7777).toBe(0o755);
});

test('uses 0644 for files of a zip without Unix modes', async () => {
  await using workspace = await makeWorkspace();
  const zip = new JSZip().file('plain', 'x');
  const bytes = await zip.generateAsync({ type: 'nodebuffer', platform: 'DOS' });
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  await unpackLayer(await workspace.file('dos.zip', bytes), root, 'x86', 1);
  expect((await stat(join(root, 'plain'))).mode & 0o7777).toBe(0o644);
});

test('replaces files of earlier layers, and reports them', async () => {
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
  ['an absolute name', [{ '/etc/cron.d/x': 'x' }], 'has the entry "/etc/cron.d/x". Names must be relative'],
  ['a name that climbs', [{ '../x': 'x' }], 'has the entry "../x". Names must be relative'],
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
  [
    'a file in place of a folder',
    [{ 'a/b': 'x' }, { a: 'x' }],
    'has the file "a", but an earlier layer or entry has a folder',
  ],
  [
    'machine code for another CPU',
    [{ 'bin/php': arm }],
    '"bin/php" is machine code for arm, but the input "cpu" is x86',
  ],
])('rejects a layer with %s', async (_, layers, message) => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, layers)).rejects.toThrow(message);
});

test('accepts machine code for the right CPU', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, [{ 'bin/php': arm }], { cpu: 'arm' })).resolves.toBeDefined();
  await using other = await makeWorkspace();
  await expect(unpack(other, [{ 'bin/php': x86 }])).resolves.toBeDefined();
});

test('rejects layers above the size that Lambda allows', async () => {
  await using workspace = await makeWorkspace();
  await expect(
    unpack(workspace, [{ a: 'x'.repeat(60), b: 'x'.repeat(60) }], { freeBytes: 100 }),
  ).rejects.toThrow(
    'is too large: all layers of a function may have at most 262,144,000 bytes unzipped, and "b" exceeds this limit',
  );
});

test('limits the size of a symbolic link', async () => {
  await using workspace = await makeWorkspace();
  await expect(unpack(workspace, [{ 'lib/x': { link: 'y'.repeat(4097) } }])).rejects.toThrow(
    'has the symbolic link "lib/x", whose target is longer than 4096 bytes',
  );
});

test('stops a zip bomb that declares a small size', async () => {
  await using workspace = await makeWorkspace();
  const zip = new JSZip().file('bomb', Buffer.alloc(4_000_000));
  const bytes = await zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE' });
  bytes.writeUInt32LE(10, centralHeader(bytes) + 24);
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  const file = await workspace.file('bomb.zip', bytes);
  await expect(unpackLayer(file, root, 'x86', 100_000)).rejects.toThrow(ActionError);
  expect((await stat(join(root, 'bomb'))).size).toBeLessThan(200_000);
});

test.each([
  ['with text', Buffer.from('not a zip')],
  ['without content', Buffer.alloc(0)],
])('rejects a file %s', async (_, content) => {
  await using workspace = await makeWorkspace();
  const file = await workspace.file('a.zip', content);
  await expect(unpackLayer(file, workspace.path, 'x86', 1)).rejects.toThrow(
    'is not a zip file, or it is damaged',
  );
});

test('rejects a truncated zip', async () => {
  await using workspace = await makeWorkspace();
  const zip = await workspace.zip('whole.zip', { a: 'x'.repeat(1000) });
  const bytes = (await readFile(zip)).subarray(0, 500);
  const file = await workspace.file('cut.zip', bytes);
  await expect(unpackLayer(file, workspace.path, 'x86', 1000)).rejects.toThrow(
    'is not a zip file, or it is damaged',
  );
});

/** Makes a zip with one deflated file, changes its bytes, and unpacks it. */
async function unpackChanged(change: (bytes: Buffer) => void, name = 'a'): Promise<unknown> {
  await using workspace = await makeWorkspace();
  const zip = new JSZip().file(name, 'content'.repeat(100), { dir: name.endsWith('/') });
  const bytes = await zip.generateAsync({ type: 'nodebuffer', compression: 'DEFLATE', platform: 'UNIX' });
  change(bytes);
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  return await unpackLayer(await workspace.file('changed.zip', bytes), root, 'x86', 1000);
}

test('accepts the zip that the next tests change', async () => {
  await expect(unpackChanged(() => {})).resolves.toEqual({ files: 1, sizeBytes: 700, replaced: [] });
});

test.each<[string, (bytes: Buffer) => void, string]>([
  [
    'a wrong CRC-32',
    (bytes) => bytes.writeUInt32LE(1, centralHeader(bytes) + 16),
    ', but the zip declares 00000001. Create the zip again.',
  ],
  ['a damaged stream', (bytes) => bytes.fill(0xff, 31, 40), '"a" in layer'],
  [
    'an encrypted entry',
    (bytes) => bytes.writeUInt16LE(1, centralHeader(bytes) + 8),
    'is encrypted or uses a compression method other than "store" and "deflate"',
  ],
  [
    'an unknown compression method',
    (bytes) => bytes.writeUInt16LE(12, centralHeader(bytes) + 10),
    'is encrypted or uses a compression method other than "store" and "deflate"',
  ],
  [
    'a damaged directory',
    (bytes) => bytes.writeUInt32LE(0, centralHeader(bytes)),
    'is not a zip file, or it is damaged',
  ],
  ['a damaged local header', (bytes) => bytes.writeUInt32LE(0, 0), 'is not a zip file, or it is damaged'],
  [
    'an entry beyond the end of the file',
    (bytes) => bytes.writeUInt32LE(1_000_000, centralHeader(bytes) + 42),
    'is not a zip file, or it is damaged',
  ],
  [
    'a part of a multi-volume zip',
    (bytes) => bytes.writeUInt16LE(1, bytes.indexOf('PK\x05\x06', 0, 'latin1') + 4),
    'is not a zip file, or it is damaged',
  ],
])('rejects a zip with %s', async (_, change, message) => {
  await expect(unpackChanged(change)).rejects.toThrow(message);
});

test.each<[string, (bytes: Buffer) => void]>([
  ['a damaged local header', (bytes) => bytes.writeUInt32LE(0, 0)],
  ['an encrypted entry', (bytes) => bytes.writeUInt16LE(1, centralHeader(bytes) + 8)],
])('rejects a folder with %s', async (_, change) => {
  await expect(unpackChanged(change, 'folder/')).rejects.toThrow(ActionError);
});

test('rejects a symbolic link with a wrong CRC-32', async () => {
  await using workspace = await makeWorkspace();
  const bytes = await readFile(await workspace.zip('link.zip', { a: { link: 'target' } }));
  bytes.writeUInt32LE(1, centralHeader(bytes) + 16);
  const file = await workspace.file('link.zip', bytes);
  await expect(unpackLayer(file, workspace.path, 'x86', 1000)).rejects.toThrow(
    'but the zip declares 00000001',
  );
});

test('uses the last of two entries with the same name, without reporting an overlap', async () => {
  await using workspace = await makeWorkspace();
  const bytes = await readFile(await workspace.zip('twice.zip', { aa: 'first one', ab: 'second' }));
  for (const name of [bytes.indexOf('ab'), bytes.lastIndexOf('ab')]) bytes.write('aa', name);
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  const file = await workspace.file('twice.zip', bytes);
  expect(await unpackLayer(file, root, 'x86', 1000)).toEqual({ files: 1, sizeBytes: 6, replaced: [] });
  expect(await readFile(join(root, 'aa'), 'utf8')).toBe('second');
});

test('reads names as UTF-8 even if the zip does not declare it', async () => {
  await using workspace = await makeWorkspace();
  const bytes = await readFile(await workspace.zip('name.zip', { ü: 'x' }));
  bytes.writeUInt16LE(0, 6);
  bytes.writeUInt16LE(0, centralHeader(bytes) + 8);
  // Renames the extra field with the UTF-8 name (0x7075), if there is one.
  for (let at = bytes.indexOf('up'); at !== -1; at = bytes.indexOf('up', at + 1)) bytes.write('zz', at);
  const root = join(workspace.path, 'opt');
  await mkdir(root);
  await unpackLayer(await workspace.file('name.zip', bytes), root, 'x86', 1000);
  expect(await readdir(root)).toEqual(['ü']);
});
