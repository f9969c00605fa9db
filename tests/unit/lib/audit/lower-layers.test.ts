import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Audit, auditTree } from '#lib/audit/audit.ts';
import { checkStackSize, readLowerLayers } from '#lib/audit/lower-layers.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { readTree } from '#lib/layer/tree.ts';
import { buildElf, type ElfDescription, x86Interpreter } from '../../../fixtures/elf-builder.ts';
import { type Content, makeTree } from '../../../fixtures/layer-tree.ts';
import { packageLayer } from '../../../fixtures/package-layer.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const policy = await readPolicy('al2023');
type Files = Readonly<Record<string, Content>>;

/** A function layer: a program with a DT_RPATH that leads to /opt/lib, and its libraries. */
const php: Files = {
  'bin/php': buildElf({ interpreter: x86Interpreter, needed: ['libonig.so.5'], rpath: '$ORIGIN/../lib' }),
  'lib/libonig.so.5': buildElf({ soname: 'libonig.so.5' }),
  'lib/libcurl.so.4': buildElf({ soname: 'libcurl.so.4', versionDefinitions: ['CURL_OPENSSL_4'] }),
  'lib64/x': { link: '../lib' },
  bootstrap: { bytes: '#!/bin/sh\nexec php\n', mode: 0o755 },
  'bref/etc/a.ini': 'a=1',
};

const extension = (description: ElfDescription): Files => ({ 'bref/extensions/x.so': buildElf(description) });
const needing = (library: string, version: string): ElfDescription => ({
  needed: [library],
  versionNeeds: [{ library, versions: [version] }],
});

async function auditOn(lowerLayers: Readonly<Record<string, Files>>, files: Files): Promise<Audit> {
  await using folder = await temporaryFolder();
  const manifests: string[] = [];
  for (const [name, layer] of Object.entries(lowerLayers)) {
    await using lowerTree = await makeTree(layer);
    manifests.push((await packageLayer(lowerTree, { name, output: folder.path })).manifest);
  }
  await using fixture = await makeTree(files);
  const tree = await readTree(fixture.path);
  return await auditTree(tree, { cpu: 'x86', policy, lowerLayers: await readLowerLayers(manifests, 'x86') });
}

const list = ({ findings }: Audit): readonly string[] =>
  findings.map(({ severity, rule, file, subject }) => `${severity} ${rule} ${file} ${subject}`.trim());

describe('a layer on lower layers', () => {
  test.each<[string, Files, readonly string[]]>([
    ['can need a library of a lower layer', extension({ needed: ['libonig.so.5'] }), []],
    [
      "loads a lower layer's library instead of the OS's if the DT_RPATH of the lower layer's program leads to it",
      extension(needing('libcurl.so.4', 'CURL_OPENSSL_4')),
      [],
    ],
    [
      'can need only versions that the library of the lower layer defines',
      extension(needing('libcurl.so.4', 'CURL_5')),
      ['error symbol-version bref/extensions/x.so libcurl.so.4 CURL_5'],
    ],
    [
      'finds its own libraries by that DT_RPATH',
      { ...extension({ needed: ['libssl.so.3'] }), 'lib/libssl.so.3': buildElf({ soname: 'libssl.so.3' }) },
      [],
    ],
    [
      'lacks a library that no layer contains',
      extension({ needed: ['libzip.so.5'] }),
      ['error missing-library bref/extensions/x.so libzip.so.5'],
    ],
    [
      'must not contain a library that a lower layer has under another path',
      { 'lib/more/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'other' }) },
      ['warning duplicate-of-base lib/more/libonig.so.5 libonig.so.5'],
    ],
    [
      'must not replace a file, and must not have a file or link where a lower layer has a folder',
      {
        bootstrap: { bytes: '#!/bin/sh\nexec other\n', mode: 0o755 },
        'bref/etc/a.ini': { link: '/tmp/a.ini' },
        lib64: 'x',
        'lib/libonig.so.5/deeper.txt': 'x',
      },
      [
        'error overwrites-base bootstrap php-82',
        'error overwrites-base bref/etc/a.ini php-82',
        'error overwrites-base lib/libonig.so.5 php-82',
        'error overwrites-base lib64',
      ],
    ],
    [
      'gets one finding for a library that it replaces',
      { 'lib/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'newer' }) },
      ['error overwrites-base lib/libonig.so.5 php-82'],
    ],
    [
      'gets only warnings about equal files and links',
      { 'bref/etc/a.ini': 'a=1', 'lib64/x': { link: '../lib' } },
      ['warning overwrites-base bref/etc/a.ini php-82', 'warning overwrites-base lib64/x php-82'],
    ],
    ['can link to a file of a lower layer', { 'lib/libonig.so': { link: 'libonig.so.5' } }, []],
    [
      'must not link to a file that no layer contains',
      { 'lib/a.so': { link: 'libnone.so' } },
      ['error symlink lib/a.so libnone.so'],
    ],
  ])('%s', async (_, files, finds) => {
    expect(list(await auditOn({ 'php-82': php }, files))).toEqual(finds);
  });

  test('the same layer without its lower layer lacks the library', async () => {
    const audit = await auditOn({}, extension({ needed: ['libonig.so.5'] }));
    expect(list(audit)).toEqual(['error missing-library bref/extensions/x.so libonig.so.5']);
  });

  test('the audit names the lower layers, and the layer of each library', async () => {
    const audit = await auditOn(
      { 'php-82': php, more: { 'lib/libmore.so.1': buildElf({ soname: 'libmore.so.1' }) } },
      extension({ needed: ['libonig.so.5', 'libmore.so.1', 'libc.so.6'] }),
    );
    expect(audit.lowerLayers).toEqual(['php-82', 'more']);
    expect(audit.libraries).toEqual({
      'bref/extensions/x.so': {
        'libc.so.6': 'os',
        'libmore.so.1': 'more:lib/libmore.so.1',
        'libonig.so.5': 'php-82:lib/libonig.so.5',
      },
    });
  });

  test('a finding about a duplicate library names both files', async () => {
    const files = { 'lib/more/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'other' }) };
    const { findings } = await auditOn({ 'php-82': php }, files);
    expect(findings).toMatchObject([
      {
        file: 'lib/more/libonig.so.5',
        message: expect.stringContaining('The layer php-82 also contains libonig.so.5, as lib/libonig.so.5'),
      },
    ]);
  });

  test('a library that a lower layer has replaced is no duplicate', async () => {
    const audit = await auditOn(
      {
        lower: { 'lib/x.so': buildElf({ soname: 'a.so' }) },
        upper: { 'lib/x.so': buildElf({ soname: 'b.so' }) },
      },
      { 'lib/mine.so': buildElf({ soname: 'a.so' }) },
    );
    expect(list(audit)).toEqual([]);
  });

  test('the upper one of two lower layers provides a file that both contain', async () => {
    const newer: Files = {
      'lib/libcurl.so.4': buildElf({ soname: 'libcurl.so.4', versionDefinitions: ['CURL_5'] }),
    };
    const audit = await auditOn(
      { 'php-82': php, curl: newer },
      extension(needing('libcurl.so.4', 'CURL_OPENSSL_4')),
    );
    expect(list(audit)).toEqual(['error symbol-version bref/extensions/x.so libcurl.so.4 CURL_OPENSSL_4']);
  });
});

test('layers that are too large together are rejected with the size of each', () => {
  const lowerLayer = { name: 'php-82', unzippedSizeBytes: 262_143_000, entries: new Map(), objects: [] };
  expect(() => checkStackSize(1000, [lowerLayer])).not.toThrow();
  expect(() => checkStackSize(1001, [lowerLayer])).toThrow(
    'The layer tree and its lower layers (php-82: 262,143,000 bytes) have 262,144,001 bytes together. Lambda unpacks at most',
  );
});

describe('the manifest of a lower layer', () => {
  const good = {
    schema: 1,
    name: 'lower',
    cpu: 'x86',
    zip: 'lower.zip',
    size: 100,
    unzippedSize: 1,
    codeSha256: createHash('sha256').digest('base64'),
    files: [{ type: 'symlink', path: 'a', target: 'b' }],
    elf: [],
    metadata: null,
  };
  test.each<[string, unknown, string]>([
    ['does not exist', undefined, 'lower.manifest.json cannot be read (ENOENT'],
    ['is not JSON', 'PK\u0003\u0004', 'lower.manifest.json is not JSON.'],
    ['is a list', [], 'breaks their schema: it must be object.'],
    ['has another schema', { ...good, schema: 2 }, 'breaks their schema: /schema must be equal to constant.'],
    [
      'has files without a type',
      { ...good, files: [{ path: 'a' }] },
      "breaks their schema: /files/0 must have required property 'type'.",
    ],
    [
      'has a library without its needed libraries',
      { ...good, elf: [{ path: 'a', versionDefinitions: [] }] },
      "breaks their schema: /elf/0 must have required property 'needed'.",
    ],
    ['is for the other CPU', { ...good, cpu: 'arm' }, 'must list layers for the CPU x86 or any; "lower" in '],
    ['lacks the section "elf"', { ...good, elf: undefined }, 'Package "lower" again'],
  ])('is rejected if it %s', async (_, content, message) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lower.manifest.json');
    if (content !== undefined) {
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    }
    const reading = readLowerLayers([path], 'x86');
    await expect(reading).rejects.toThrow('Input "lower-layer-manifests" must list ');
    await expect(reading).rejects.toThrow(message);
  });

  test('can be for either CPU if the upper layer has no machine code', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lower.manifest.json');
    await writeFile(path, JSON.stringify({ ...good, cpu: 'arm' }));
    expect(await readLowerLayers([path], 'any')).toMatchObject([{ name: 'lower' }]);
  });

  test('needs no section "elf" if its layer has no machine code', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'lower.manifest.json');
    await writeFile(path, JSON.stringify({ ...good, cpu: 'any', elf: undefined }));
    expect(await readLowerLayers([path], 'arm')).toMatchObject([{ name: 'lower', objects: [] }]);
  });
});
