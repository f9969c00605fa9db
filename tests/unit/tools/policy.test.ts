import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPolicy } from '#lib/audit/policy.ts';
import {
  type ArchitectureData,
  findPolicyFault,
  type PolicyData,
  readPolicy,
} from '#lib/audit/policy-data.ts';
import { describeChanges } from '../../../tools/policy/changes.ts';
import { mergeLibraries, readLibrarySource } from '../../../tools/policy/libraries.ts';
import { mergeFacts } from '../../../tools/policy/merge.ts';
import type { OsFacts, OsLibrary } from '../../../tools/policy/os-facts.ts';
import { readProbe } from '../../../tools/policy/probe.ts';
import { buildElf } from '../../fixtures/elf-builder.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const { exports: _exports, ...committed } = await readPolicy('al2023');
const withoutExports = ({ interpreter, sonames }: ArchitectureData): ArchitectureData => ({
  interpreter,
  sonames,
});
const start: PolicyData = {
  ...committed,
  architectures: {
    x86_64: withoutExports(committed.architectures.x86_64),
    arm64: withoutExports(committed.architectures.arm64),
  },
  notOnLambda: ['libgone.so.1'],
  symbolVersions: { GLIBC: '2.34', GCC: '14.0.0' },
  libraryVersions: { 'libz.so.1': { numbered: { ZLIB: '1.2.11' }, named: [] } },
  paths: ['/bin/sh', '/etc/missing.pem', '/tmp/'],
  foreignPaths: ['/usr/lib/here/', '/usr/lib/elsewhere/'],
};

const library = (soname: string, ...versionDefinitions: string[]): OsLibrary => ({
  soname,
  versionDefinitions,
  exports: [],
});
const image: OsFacts = {
  architecture: 'x86_64',
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  osFolders: ['/lib64'],
  libraries: new Map([
    ['libz.so.1.3', library('libz.so.1', 'ZLIB_1.2.0', 'ZLIB_1.3')],
    ['libz.so.1', library('libz.so.1', 'ZLIB_1.2.0', 'ZLIB_1.3')],
    ['libgone.so.1', library('libgone.so.1')],
    ['libgone.so.1.5', library('libgone.so.1')],
    ['libc.so.6', library('libc.so.6', 'GLIBC_2.2.5', 'GLIBC_2.39', 'GLIBC_PRIVATE')],
  ]),
  hasPath: (path) => ['/bin/sh', '/usr/lib/here/'].includes(path),
  source: { kind: 'image', from: 'an image' },
};

describe('the facts from an image', () => {
  const merged = mergeFacts(start, image);

  test('make a policy that follows the schema', () => {
    expect(findPolicyFault(merged)).toBeUndefined();
  });

  test('replace the libraries of their CPU, with versions for each SONAME only', () => {
    expect(merged.architectures).toEqual({
      ...start.architectures,
      x86_64: {
        interpreter: '/lib64/ld-linux-x86-64.so.2',
        sonames: ['libc.so.6', 'libz.so.1', 'libz.so.1.3'],
        versionDefinitions: {
          'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.39', 'GLIBC_PRIVATE'],
          'libz.so.1': ['ZLIB_1.2.0', 'ZLIB_1.3'],
        },
      },
    });
  });

  test('leave parts that only a probe can read, and set the sources of the others', () => {
    expect(merged.notOnLambda).toEqual(['libgone.so.1']);
    expect(merged.searchOrder).toEqual(start.searchOrder);
    expect(merged.sources).toMatchObject({
      'architectures.x86_64': image.source,
      'architectures.arm64': start.sources['architectures.arm64'],
      paths: image.source,
      notOnLambda: start.sources.notOnLambda,
      searchOrder: start.sources.searchOrder,
    });
  });

  test('replace the newest version of each family, and keep families that the image lacks', () => {
    expect(merged.symbolVersions).toEqual({ GLIBC: '2.39', GCC: '14.0.0' });
  });

  test('drop foreign paths that exist, and missing paths except the ones that Lambda creates', () => {
    expect(merged.paths).toEqual(['/bin/sh', '/tmp/']);
    expect(merged.foreignPaths).toEqual(['/usr/lib/elsewhere/']);
  });

  test('replace the inferred versions of a library after both CPUs are read', () => {
    expect(merged.libraryVersions).toEqual(start.libraryVersions);
    expect(mergeFacts(merged, { ...image, architecture: 'arm64' }).libraryVersions).toEqual({});
  });

  test('are summarized in a list of changes', () => {
    const changes = describeChanges(mergeFacts(start, image), {
      ...mergeFacts(start, { ...image, libraries: new Map([...image.libraries].slice(0, 2)) }),
    });
    expect(changes).toEqual([
      'symbolVersions: +GLIBC_2.34 -GLIBC_2.39',
      'x86_64 libraries: -libc.so.6',
      'x86_64: number of libraries with known versions: 1 (before: 2)',
    ]);
    expect(describeChanges(start, start)).toEqual([]);
  });
});

describe('the exports of a library', () => {
  const listed: PolicyData = {
    ...start,
    sources: { ...start.sources, 'exports.libx.so.1': { kind: 'inferred', from: 'another build' } },
    exports: { 'libx.so.1': { x_: 'a b c' }, 'liby.so.1': {}, 'libz.so.1': {} },
  };
  const exporting = (...exports: string[]): OsLibrary => ({ ...library('libx.so.1', 'X_1'), exports });
  const facts = (architecture: OsFacts['architecture'], ...exports: string[]): OsFacts => ({
    ...image,
    architecture,
    libraries: new Map([...image.libraries, ['libx.so.1', exporting(...exports)]]),
    source: { kind: 'image', from: architecture },
  });
  const another = listed.sources['exports.libx.so.1'];
  const places = ({ exports, architectures: { x86_64, arm64 } }: PolicyData) =>
    [exports, x86_64.exports, arm64.exports].map((list) => list?.['libx.so.1']);
  const sourcesOf = (policy: PolicyData) =>
    Object.fromEntries(Object.entries(policy.sources).filter(([key]) => key.includes('libx.so.1')));

  test('are stored for one CPU while the other has different ones, and then once', () => {
    const first = mergeFacts(listed, facts('x86_64', 'x_a', 'x_b', 'x_d', 'X_1'));
    expect(places(first)).toEqual([undefined, { x_: 'a b d' }, { x_: 'a b c' }]);
    expect(sourcesOf(first)).toEqual({
      'architectures.x86_64.exports.libx.so.1': { kind: 'image', from: 'x86_64' },
      'architectures.arm64.exports.libx.so.1': another,
    });
    expect(findPolicyFault(first)).toBeUndefined();
    const second = mergeFacts(first, facts('arm64', 'x_a', 'x_b', 'x_d'));
    expect(places(second)).toEqual([{ x_: 'a b d' }, undefined, undefined]);
    expect(sourcesOf(second)).toEqual({ 'exports.libx.so.1': { kind: 'image', from: 'arm64' } });
    expect(describeChanges(listed, second)).toContain(
      'arm64 libx.so.1: number of exported symbols: 3 (before: 3)',
    );
  });

  test('keep their list and source if the library was not read', () => {
    const merged = mergeFacts(listed, image);
    expect(merged.exports).toEqual(listed.exports);
    expect(sourcesOf(merged)).toEqual({ 'exports.libx.so.1': another });
  });

  test('stay prefixes, and become prefixes if there are too many', () => {
    const prefixed = { ...listed, exports: { 'libx.so.1': { x_: '*' } } };
    const prefixes = mergeFacts(prefixed, facts('x86_64', 'x_a', 'x_b', 'x_c', 'y'));
    expect(places(prefixes)[1]).toEqual({ '': 'y', x_: '*' });
    const many = Array.from({ length: 2001 }, (_, index) => `x_${index}`);
    expect(places(mergeFacts(listed, facts('x86_64', ...many)))[1]).toEqual({ x_: '*' });
  });

  test('of one CPU have priority over the exports of both', () => {
    const first = mergeFacts(listed, facts('x86_64', 'x_a', 'x_b', 'x_d'));
    const judge = (cpu: 'x86' | 'arm') => createPolicy(first, cpu).exportsOf('libx.so.1')?.judge('x_d');
    expect([judge('x86'), judge('arm')]).toEqual(['exported', 'absent']);
    expect(createPolicy(first, 'x86').exportsOf('liby.so.1')).toBeUndefined();
  });
});

describe('a folder of libraries', () => {
  const listed: PolicyData = { ...start, exports: { 'libm.so.6': {} } };
  const source = { kind: 'inferred', from: 'Debian' } as const;

  test('gives the exports of listed libraries, without symbols of versions that the OS lacks', async () => {
    await using folder = await temporaryFolder();
    const files = {
      'any-name': buildElf({
        soname: 'libm.so.6',
        versionDefinitions: ['GLIBC_2.2.5', 'GLIBC_2.35'],
        exports: { pow: 'GLIBC_2.2.5', newer: 'GLIBC_2.35', plain: '' },
      }),
      'libother.so.1': buildElf({ soname: 'libother.so.1', exports: { a: '' } }),
      text: 'text',
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
    const merged = await mergeLibraries(listed, { folder: folder.path, source, cpus: ['x86_64', 'arm64'] });
    expect(merged.exports).toEqual({ 'libm.so.6': { '': 'plain pow' } });
    expect(merged.sources['exports.libm.so.6']).toEqual(source);
  });

  test('without a listed library is rejected', async () => {
    await using folder = await temporaryFolder();
    await expect(mergeLibraries(listed, { folder: folder.path, source, cpus: ['arm64'] })).rejects.toThrow(
      `Option --libraries must name a folder with libraries that "exports" lists; ${folder.path} has none of libm.so.6.`,
    );
  });

  test('of another CPU is rejected', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'libm.so.6');
    await writeFile(path, buildElf({ soname: 'libm.so.6', exports: { pow: '' } }));
    await expect(mergeLibraries(listed, { folder: folder.path, source, cpus: ['arm64'] })).rejects.toThrow(
      `${path} must be for arm64; it is for x86-64. Correct the option --cpu or --libraries.`,
    );
  });

  test('that does not exist is rejected', async () => {
    await expect(mergeLibraries(listed, { folder: '/nope', source, cpus: ['arm64'] })).rejects.toThrow(
      'Option --libraries must name a folder; got "/nope".',
    );
  });

  test.each([
    [{ source: 'package: x' }, 'Option --source needs --libraries FOLDER.'],
    [{ cpu: 'arm64' }, 'Option --cpu needs --libraries FOLDER.'],
    [{ libraries: 'x' }, 'Option --source must be "package: TEXT" or "inferred: TEXT"'],
    [{ libraries: 'x', source: 'image: y' }, 'got "image: y".'],
    [
      { libraries: 'x', source: 'package: y', cpu: 'arm' },
      'Option --cpu must be x86_64 or arm64; got "arm".',
    ],
  ])('with the options %j is rejected', (options, message) => {
    expect(() => readLibrarySource(options)).toThrow(message);
  });

  test('is described by its options', () => {
    expect(readLibrarySource({})).toBeUndefined();
    expect(readLibrarySource({ libraries: 'x', source: 'package: y z', cpu: 'arm64' })).toEqual({
      folder: 'x',
      source: { kind: 'package', from: 'y z' },
      cpus: ['arm64'],
    });
  });
});

const response = {
  schema: 1,
  kind: 'lambda-os-probe',
  takenAt: '2026-01-02T03:04:05Z',
  architecture: 'arm64',
  interpreter: '/lib/ld-linux-aarch64.so.1',
  searchOrder: ['/lib64', '/opt/lib'],
  osFolders: ['/lib64'],
  libraries: {
    'libgone.so.1': { soname: 'libgone.so.1', versionDefinitions: [] },
    'libnew.so.2.1': {
      soname: null,
      versionDefinitions: ['NEW_1'],
      exports: ['new_a', 'new_b', 'new_c', 'NEW_1'],
    },
  },
  paths: { '/bin/sh': true, '/etc/missing.pem': false },
  os: 'Amazon Linux 2023',
  kernel: 'Linux 5.10',
};

describe('the response of a probe', () => {
  const before: PolicyData = {
    ...start,
    exports: { 'libnew.so.2.1': {}, 'libgone.so.1': { '': 'gone' } },
    notOnLambda: ['libgone.so.1', 'libstill.so.3'],
    architectures: {
      ...start.architectures,
      arm64: {
        interpreter: '/lib/ld-linux-aarch64.so.1',
        sonames: ['libnew.so.2.1', 'libnew.so.2.1.1', 'libimage.so.1', 'libimage.so.1.0.2'],
      },
    },
  };
  const merged = mergeFacts(before, readProbe(JSON.stringify(response)));

  test('makes a policy that follows the schema, with the probe as its source', () => {
    expect(findPolicyFault(merged)).toBeUndefined();
    expect(merged.sources.notOnLambda).toEqual({
      kind: 'probe',
      from: 'A function on Amazon Linux 2023, Linux 5.10, 2026-01-02T03:04:05Z',
    });
    expect(merged.searchOrder).toEqual(['/lib64', '/opt/lib']);
  });

  test('updates the list of libraries that Lambda lacks, independently of file names', () => {
    expect(merged.notOnLambda).toEqual(['libimage.so.1', 'libstill.so.3']);
    expect(merged.architectures.arm64.sonames).toEqual(['libgone.so.1', 'libnew.so.2.1']);
  });

  test('has the exports of the libraries that the policy lists', () => {
    expect(merged.architectures.arm64.exports).toEqual({ 'libnew.so.2.1': { new_: 'a b c' } });
    expect(merged.exports).toEqual({ 'libgone.so.1': { '': 'gone' } });
  });

  test('changes only paths that the probe checked', () => {
    expect(merged.paths).toEqual(['/bin/sh', '/tmp/']);
    expect(merged.foreignPaths).toEqual(start.foreignPaths);
  });

  test.each<[string, string, string]>([
    ['is not JSON', 'Internal Server Error', 'is not JSON'],
    ['is an error of the function', '{"errorMessage":"x"}', "it must have required property 'schema'"],
    ['has another kind', JSON.stringify({ ...response, kind: 'x' }), '/kind must be equal to constant'],
    ['has no libraries', JSON.stringify({ ...response, libraries: {} }), '/libraries must NOT have fewer'],
    [
      'is from another CPU',
      JSON.stringify({ ...response, architecture: 'riscv' }),
      '/architecture must be equal',
    ],
  ])('is rejected if it %s', (_, json, message) => {
    expect(() => readProbe(json)).toThrow(message);
  });
});
