import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Audit, auditTree } from '#lib/audit/audit.ts';
import { checkStackSize, readBaseLayers } from '#lib/audit/lower-layers.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { readTree } from '#lib/layer/tree.ts';
import { run } from '../../../../actions/package-layer/src/run.ts';
import { testPool } from '../../../helpers/deflate-pool.ts';
import { buildElf, type ElfDescription, x86Interpreter } from '../../../helpers/elf-builder.ts';
import { type Content, makeTree } from '../../../helpers/layer-tree.ts';
import { inputsFor } from '../../../helpers/package-inputs.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const policy = await readPolicy('al2023');
type Files = Readonly<Record<string, Content>>;

/** A function layer: a program whose DT_RPATH leads to /opt/lib, and libraries of its own. */
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

/** Packages a layer and gives the path of its manifest. */
async function packageLayer(name: string, files: Files, folder: string): Promise<string> {
  await using fixture = await makeTree(files);
  const inputs = inputsFor(fixture, { name, output: folder });
  const dependencies = { log: silentLogger(), pool: testPool, writeSummary: async () => {} };
  return (await run(inputs, dependencies)).manifest;
}

async function auditOn(bases: Readonly<Record<string, Files>>, files: Files): Promise<Audit> {
  await using folder = await temporaryFolder();
  const manifests: string[] = [];
  for (const [name, base] of Object.entries(bases)) {
    manifests.push(await packageLayer(name, base, folder.path));
  }
  await using fixture = await makeTree(files);
  const tree = await readTree(fixture.path);
  return await auditTree(tree, { cpu: 'x86', policy, bases: await readBaseLayers(manifests, 'x86') });
}

const list = ({ findings }: Audit): readonly string[] =>
  findings.map(({ severity, rule, file, subject }) => `${severity} ${rule} ${file} ${subject}`.trim());

describe('a layer on top of others', () => {
  test.each<[string, Files, readonly string[]]>([
    ['may need a library of the layer below', extension({ needed: ['libonig.so.5'] }), []],
    [
      "gets the layer's library, not the OS's of the same name, by the DT_RPATH of the program below",
      extension(needing('libcurl.so.4', 'CURL_OPENSSL_4')),
      [],
    ],
    [
      'is held to the versions that the library below defines',
      extension(needing('libcurl.so.4', 'CURL_5')),
      ['error symbol-version bref/extensions/x.so libcurl.so.4 CURL_5'],
    ],
    [
      'finds its own libraries by that DT_RPATH too',
      { ...extension({ needed: ['libssl.so.3'] }), 'lib/libssl.so.3': buildElf({ soname: 'libssl.so.3' }) },
      [],
    ],
    [
      'still misses what nobody has',
      extension({ needed: ['libzip.so.5'] }),
      ['error missing-library bref/extensions/x.so libzip.so.5'],
    ],
    [
      'warns of a library that the layer below has under another path',
      { 'lib/more/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'other' }) },
      ['warning duplicate-of-base lib/more/libonig.so.5 libonig.so.5'],
    ],
    [
      'may not replace a file, or put a link or a file where the layer below has a folder',
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
      'is told once of a library that it replaces',
      { 'lib/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'newer' }) },
      ['error overwrites-base lib/libonig.so.5 php-82'],
    ],
    [
      'is only warned of what it has in common with it',
      { 'bref/etc/a.ini': 'a=1', 'lib64/x': { link: '../lib' } },
      ['warning overwrites-base bref/etc/a.ini php-82', 'warning overwrites-base lib64/x php-82'],
    ],
    ['may link to a file of the layer below', { 'lib/libonig.so': { link: 'libonig.so.5' } }, []],
    [
      'may not link to nothing there',
      { 'lib/a.so': { link: 'libnone.so' } },
      ['error symlink lib/a.so libnone.so'],
    ],
  ])('%s', async (_, files, finds) => {
    expect(list(await auditOn({ 'php-82': php }, files))).toEqual(finds);
  });

  test('needs what it would not find without it', async () => {
    const audit = await auditOn({}, extension({ needed: ['libonig.so.5'] }));
    expect(list(audit)).toEqual(['error missing-library bref/extensions/x.so libonig.so.5']);
  });

  test('says which layer a library is from, and which layers there are', async () => {
    const audit = await auditOn(
      { 'php-82': php, more: { 'lib/libmore.so.1': buildElf({ soname: 'libmore.so.1' }) } },
      extension({ needed: ['libonig.so.5', 'libmore.so.1', 'libc.so.6'] }),
    );
    expect(audit.bases).toEqual(['php-82', 'more']);
    expect(audit.libraries).toEqual({
      'bref/extensions/x.so': {
        'libc.so.6': 'os',
        'libmore.so.1': 'more:lib/libmore.so.1',
        'libonig.so.5': 'php-82:lib/libonig.so.5',
      },
    });
  });

  test('names both files where a library is there twice', async () => {
    const files = { 'lib/more/libonig.so.5': buildElf({ soname: 'libonig.so.5', data: 'other' }) };
    const { findings } = await auditOn({ 'php-82': php }, files);
    expect(findings).toMatchObject([
      {
        file: 'lib/more/libonig.so.5',
        message: expect.stringContaining('The layer php-82 has libonig.so.5 too, as lib/libonig.so.5'),
      },
    ]);
  });

  test('is not told of what the upper of two layers below has replaced', async () => {
    const audit = await auditOn(
      {
        lower: { 'lib/x.so': buildElf({ soname: 'a.so' }) },
        upper: { 'lib/x.so': buildElf({ soname: 'b.so' }) },
      },
      { 'lib/mine.so': buildElf({ soname: 'a.so' }) },
    );
    expect(list(audit)).toEqual([]);
  });

  test('sees of two layers below the upper one where both have a file', async () => {
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

test('layers that are too large together are refused, with the size of each', () => {
  const base = { name: 'php-82', unzippedSize: 262_143_000, entries: new Map(), objects: [] };
  expect(() => checkStackSize(1000, [base])).not.toThrow();
  expect(() => checkStackSize(1001, [base])).toThrow(
    'Together with the layers below (php-82 262,143,000 bytes) the tree has 262,144,001 bytes; Lambda unpacks at most',
  );
});

describe('a base manifest', () => {
  const good = {
    schema: 1,
    name: 'base',
    cpu: 'x86',
    zip: 'base.zip',
    size: 100,
    unzippedSize: 1,
    codeSha256: createHash('sha256').digest('base64'),
    files: [{ type: 'symlink', path: 'a', target: 'b' }],
    elf: [],
    metadata: null,
  };
  test.each<[string, unknown, string]>([
    ['is not there', undefined, 'must list manifests that package-layer made (ENOENT'],
    ['is not JSON', 'PK\u0003\u0004', 'must list manifests that package-layer made (it is not JSON)'],
    ['is a list', [], '(it must be object)'],
    ['is of another schema', { ...good, schema: 2 }, '(/schema must be equal to constant)'],
    [
      'has files of no kind',
      { ...good, files: [{ path: 'a' }] },
      "(/files/0 must have required property 'type')",
    ],
    [
      'has a library without needs',
      { ...good, elf: [{ path: 'a', versionDefinitions: [] }] },
      "(/elf/0 must have required property 'needed')",
    ],
    ['is for the other CPU', { ...good, cpu: 'arm' }, 'must list layers of the CPU x86, or of any'],
    ['has no facts of its machine code', { ...good, elf: undefined }, 'package "base" again'],
  ])('that %s is refused', async (_, content, message) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'base.manifest.json');
    if (content !== undefined) {
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    }
    const reading = readBaseLayers([path], 'x86');
    await expect(reading).rejects.toThrow('Input "base-manifests"');
    await expect(reading).rejects.toThrow(message);
  });

  test('may be of either CPU below a layer without machine code', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'base.manifest.json');
    await writeFile(path, JSON.stringify({ ...good, cpu: 'arm' }));
    expect(await readBaseLayers([path], 'any')).toMatchObject([{ name: 'base' }]);
  });

  test('of a layer without machine code needs no facts of any', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'base.manifest.json');
    await writeFile(path, JSON.stringify({ ...good, cpu: 'any', elf: undefined }));
    expect(await readBaseLayers([path], 'arm')).toMatchObject([{ name: 'base', objects: [] }]);
  });
});
