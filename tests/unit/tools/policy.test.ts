import { describe, expect, test } from 'vitest';
import { findPolicyFault, type PolicyData, readPolicy } from '#lib/audit/policy-data.ts';
import { describeChanges } from '../../../tools/policy/changes.ts';
import { mergeFacts } from '../../../tools/policy/merge.ts';
import type { OsFacts, OsLibrary } from '../../../tools/policy/os-facts.ts';
import { readProbe } from '../../../tools/policy/probe.ts';

const start: PolicyData = {
  ...(await readPolicy('al2023')),
  notOnLambda: ['libgone.so.1'],
  symbolVersions: { GLIBC: '2.34', GCC: '14.0.0' },
  libraryVersions: { 'libz.so.1': { numbered: { ZLIB: '1.2.11' }, named: [] } },
  paths: ['/bin/sh', '/etc/missing.pem', '/tmp/'],
  foreignPaths: ['/usr/lib/here/', '/usr/lib/elsewhere/'],
};

const library = (soname: string, ...versionDefinitions: string[]): OsLibrary => ({
  soname,
  versionDefinitions,
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
    'libnew.so.2.1': { soname: null, versionDefinitions: ['NEW_1'] },
  },
  paths: { '/bin/sh': true, '/etc/missing.pem': false },
  os: 'Amazon Linux 2023',
  kernel: 'Linux 5.10',
};

describe('the response of a probe', () => {
  const before: PolicyData = {
    ...start,
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
