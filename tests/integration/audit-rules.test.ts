import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test as anyTest, beforeAll, describe, expect } from 'vitest';
import { auditTree } from '#lib/audit/audit.ts';
import type { Finding } from '#lib/audit/findings.ts';
import { readLowerLayers } from '#lib/audit/lower-layers.ts';
import { machines } from '#lib/audit/machines.ts';
import { createPolicy } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { ruleNames } from '#lib/audit/rule-list.ts';
import { type Cpu, hostCpu } from '#lib/layer/cpu.ts';
import { readTree } from '#lib/layer/tree.ts';
import { type Compiler, createCompiler, lacksCompiler } from '../fixtures/compiler.ts';
import { type Content, makeTree } from '../fixtures/layer-tree.ts';
import { packageLayer } from '../fixtures/package-layer.ts';

const test = anyTest.skipIf(lacksCompiler());
const cpu: Cpu = hostCpu() ?? 'x86';
const policy = await readPolicy('al2023');
const { interpreter } = createPolicy(policy, cpu);
const nothing = 'int main(void) { return 0; }';
/** A program without a C library, because that contains paths of its distribution. */
const freestanding = 'void _start(void) { for (;;); }';

type Files = Readonly<Record<string, Content>>;

let folder: string;
let cc: Compiler;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-rules-'));
  cc = createCompiler(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function audit(files: Files, forCpu: Cpu | 'any' = cpu, lower?: Files): Promise<readonly Finding[]> {
  await using fixture = await makeTree(files);
  const manifests = lower === undefined ? [] : [await packageLowerLayer(lower, join(fixture.root, 'output'))];
  const lowerLayers = await readLowerLayers(manifests, forCpu);
  return (await auditTree(await readTree(fixture.path), { cpu: forCpu, policy, lowerLayers })).findings;
}

async function packageLowerLayer(files: Files, output: string): Promise<string> {
  await using fixture = await makeTree(files);
  return (await packageLayer(fixture, { name: 'lower', cpu, output })).manifest;
}

/** Compiles a library with versioned functions: `versioned('libx.so.1', { X_1: ['open'] })`. */
async function versioned(
  name: string,
  versions: Readonly<Record<string, readonly string[]>>,
  args: readonly string[] = [],
): Promise<Buffer> {
  const functions = Object.values(versions).flat();
  const source = functions.map((one) => `int ${one}(void) { return 1; }`).join('\n');
  const script = Object.entries(versions).map(
    ([version, names]) => `${version} { global: ${names.join('; ')}; };`,
  );
  const path = await cc.write(`${name}.map`, `${script.join('\n')}\n`);
  // The functions must not be replaced by the compiler's built-in ones.
  return cc.library(name, source, ['-fno-builtin', '-nostdlib', `-Wl,--version-script=${path}`, ...args]);
}

const calling = (...functions: string[]): string =>
  `${functions.map((one) => `int ${one}(void);`).join(' ')} int main(void) { return ${functions.map((one) => `${one}()`).join('+')}; }`;
const linkedTo = (library: string): readonly string[] => ['-fno-builtin', `-l:${library}`];
const toLayerByRpath = ['-Wl,--disable-new-dtags', '-Wl,-rpath,$ORIGIN/../lib'];
const toLayerByRunpath = ['-Wl,--enable-new-dtags', '-Wl,-rpath,$ORIGIN/../lib'];

const newerSqlite = 'int sqlite3_open(void) { return 0; } int sqlite3_stmt_explain(void) { return 0; }';
const usesSqlite = calling('sqlite3_open', 'sqlite3_stmt_explain');
const host = 'int zend_parse(void) { return 0; } int main(void) { return 0; }';
const extension = (symbol: string): Promise<Buffer> =>
  cc.library(
    'a.so',
    `int zend_parse(void); int ${symbol}(void); int start(void) { return zend_parse() + ${symbol}(); }`,
    linkedTo('libsqlite3.so.0'),
  );

interface Case {
  readonly rule: string;
  readonly it: string;
  readonly subject: string;
  readonly breaking: () => Promise<Files>;
  /** The same layer without the fault. */
  readonly correct: () => Promise<Files>;
  readonly cpu?: 'any';
  readonly lower?: () => Promise<Files>;
}

const program = async (...args: string[]): Promise<Files> => ({ 'bin/a': await cc.program(nothing, args) });
const otherMachine = machines[cpu === 'x86' ? 'arm' : 'x86'];

const cases: readonly Case[] = [
  {
    rule: 'wrong-machine',
    it: 'machine code of the other CPU',
    subject: cpu === 'x86' ? 'ARM64' : 'x86-64',
    breaking: async () => {
      const bytes = await cc.library('liba.so', 'int a;');
      bytes.writeUInt16LE(otherMachine, 18);
      return { 'lib/liba.so': bytes };
    },
    correct: async () => ({ 'lib/liba.so': await cc.library('liba.so', 'int a;') }),
  },
  {
    rule: 'machine-code',
    it: 'machine code in a layer for both CPUs',
    subject: cpu === 'x86' ? 'x86-64' : 'ARM64',
    cpu: 'any',
    breaking: () => program(),
    correct: async () => ({ 'bin/a': { bytes: '#!/bin/sh\n', mode: 0o755 } }),
  },
  {
    rule: 'malformed-elf',
    it: 'a truncated program',
    subject: '',
    breaking: async () => {
      const bytes = await cc.program(nothing);
      return { 'bin/a': bytes.subarray(0, bytes.length / 2) };
    },
    correct: () => program(),
  },
  {
    rule: 'wrong-interpreter',
    it: "a program for musl's loader",
    subject: '/lib/ld-musl.so.1',
    breaking: () => program('-Wl,--dynamic-linker=/lib/ld-musl.so.1'),
    correct: () => program(`-Wl,--dynamic-linker=${interpreter}`),
  },
  {
    rule: 'missing-library',
    it: 'a library that is neither in the layer nor in the OS',
    subject: 'libonly.so.1',
    breaking: async () => {
      await cc.library('libonly.so.1', 'int only(void) { return 0; }');
      return { 'bin/a': await cc.program(calling('only'), linkedTo('libonly.so.1')) };
    },
    correct: async () => ({
      'lib/libonly.so.1': await cc.library('libonly.so.1', 'int only(void) { return 0; }'),
      'bin/a': await cc.program(calling('only'), linkedTo('libonly.so.1')),
    }),
  },
  {
    rule: 'not-on-lambda',
    it: 'a library that only the container image contains',
    subject: 'libgcrypt.so.20',
    breaking: async () => {
      await cc.library('libgcrypt.so.20', 'int only(void) { return 0; }');
      return { 'bin/a': await cc.program(calling('only'), linkedTo('libgcrypt.so.20')) };
    },
    correct: async () => ({
      'lib/libgcrypt.so.20': await cc.library('libgcrypt.so.20', 'int only(void) { return 0; }'),
      'bin/a': await cc.program(calling('only'), linkedTo('libgcrypt.so.20')),
    }),
  },
  {
    rule: 'shadowed-library',
    it: "a copy of the OS's library that only a DT_RUNPATH leads to",
    subject: 'libssl.so.3',
    breaking: async () => ({
      'lib/libssl.so.3': await cc.library('libssl.so.3', 'int ssl(void) { return 0; }'),
      'bin/a': await cc.program(calling('ssl'), [...linkedTo('libssl.so.3'), ...toLayerByRunpath]),
    }),
    correct: async () => ({
      'lib/libssl.so.3': await cc.library('libssl.so.3', 'int ssl(void) { return 0; }'),
      'bin/a': await cc.program(calling('ssl'), [...linkedTo('libssl.so.3'), ...toLayerByRpath]),
    }),
  },
  {
    rule: 'bundled-c-library',
    it: 'a part of glibc',
    subject: 'libutil.so.1',
    breaking: async () => ({ 'lib/libutil.so.1': await cc.library('libutil.so.1', 'int a;') }),
    correct: async () => ({ 'lib/libutils.so.1': await cc.library('libutils.so.1', 'int a;') }),
  },
  {
    rule: 'duplicate-soname',
    it: 'two libraries with one SONAME',
    subject: 'libx.so.1',
    breaking: async () => ({
      'lib/libx.so.1': await cc.library('libx.so.1', 'int a;'),
      'lib/old/libx.so.1': await cc.library('libx.so.1', 'int a; int b;'),
    }),
    correct: async () => ({
      'lib/libx.so.1': await cc.library('libx.so.1', 'int a;'),
      'lib/old/libx.so.1': { link: '../libx.so.1' },
    }),
  },
  {
    rule: 'duplicate-of-base',
    it: 'a library that a lower layer has under another path',
    subject: 'libx.so.1',
    lower: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a;') }),
    breaking: async () => ({ 'lib/mine/libx.so.1': await cc.library('libx.so.1', 'int a; int b;') }),
    correct: async () => ({ 'lib/mine/liby.so.1': await cc.library('liby.so.1', 'int a; int b;') }),
  },
  {
    rule: 'overwrites-base',
    it: 'a library that replaces one of a lower layer',
    subject: 'lower',
    lower: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a;') }),
    breaking: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a; int b;') }),
    correct: async () => ({ 'lib/liby.so.1': await cc.library('liby.so.1', 'int a; int b;') }),
  },
  {
    rule: 'symbol-version',
    it: 'a function that is too new for the OS',
    subject: 'libm.so.6 GLIBC_2.35',
    breaking: async () => {
      await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
      return { 'bin/a': await cc.program(calling('newer'), linkedTo('libm.so.6')) };
    },
    correct: async () => {
      await versioned('libm.so.6', { 'GLIBC_2.34': ['newer'] });
      return { 'bin/a': await cc.program(calling('newer'), linkedTo('libm.so.6')) };
    },
  },
  {
    rule: 'unknown-symbol-version',
    it: "a version of the OS's library without data in the policy",
    subject: 'libcurl.so.4 CURL_OPENSSL_4',
    breaking: async () => {
      await versioned('libcurl.so.4', { CURL_OPENSSL_4: ['curl'] });
      return { 'bin/a': await cc.program(calling('curl'), linkedTo('libcurl.so.4')) };
    },
    correct: async () => {
      await versioned('libz.so.1', { 'ZLIB_1.2.9': ['curl'] });
      return { 'bin/a': await cc.program(calling('curl'), linkedTo('libz.so.1')) };
    },
  },
  {
    rule: 'missing-symbol',
    it: 'a function that an older bundled library lacks, although the library defines its version',
    subject: 'libx.so.1 newer',
    breaking: async () => {
      await versioned('libx.so.1', { X_1: ['older', 'newer'] });
      const main = await cc.program(calling('older', 'newer'), linkedTo('libx.so.1'));
      return { 'bin/a': main, 'lib/libx.so.1': await versioned('libx.so.1', { X_1: ['older'] }) };
    },
    correct: async () => ({
      'lib/libx.so.1': await versioned('libx.so.1', { X_1: ['older', 'newer'] }),
      'bin/a': await cc.program(calling('older', 'newer'), linkedTo('libx.so.1')),
    }),
  },
  {
    rule: 'undefined-symbol',
    it: "a function of SQLite that is newer than the OS's SQLite 3.40, which PHP 8.5 needs",
    subject: 'libsqlite3.so.0 sqlite3_stmt_explain',
    breaking: async () => {
      await cc.library('libsqlite3.so.0', newerSqlite);
      return { 'bin/a': await cc.program(usesSqlite, linkedTo('libsqlite3.so.0')) };
    },
    correct: async () => ({
      'lib/libsqlite3.so.0': await cc.library('libsqlite3.so.0', newerSqlite),
      'bin/a': await cc.program(usesSqlite, [...linkedTo('libsqlite3.so.0'), ...toLayerByRpath]),
    }),
  },
  {
    rule: 'undefined-symbol',
    it: 'the same function in an extension that PHP loads',
    subject: 'libsqlite3.so.0 sqlite3_stmt_explain',
    breaking: async () => {
      await cc.library('libsqlite3.so.0', newerSqlite);
      return {
        'bin/php': await cc.program(host, ['-rdynamic']),
        'a.so': await extension('sqlite3_stmt_explain'),
      };
    },
    correct: async () => {
      await cc.library('libsqlite3.so.0', newerSqlite);
      return { 'bin/php': await cc.program(host, ['-rdynamic']), 'a.so': await extension('sqlite3_open') };
    },
  },
  {
    rule: 'foreign-path',
    it: "Debian's path of OpenSSL in a constant",
    subject: '/usr/lib/ssl/cert.pem',
    breaking: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *p = "/usr/lib/ssl/cert.pem";'),
    }),
    correct: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *p = "/opt/bref/ssl/cert.pem";'),
    }),
  },
  {
    rule: 'foreign-path',
    it: 'the same path if the linker puts constants into the code segment',
    subject: '/usr/lib/ssl/cert.pem',
    breaking: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *f(void) { return "/usr/lib/ssl/cert.pem"; }', [
        '-Wl,-z,noseparate-code',
      ]),
    }),
    correct: async () => ({ 'lib/a.so': await cc.library('a.so', 'const char *f(void) { return "x"; }') }),
  },
  {
    rule: 'not-stripped',
    it: 'a program with its symbol table',
    subject: '.symtab',
    breaking: async () => ({ 'bin/a': await cc.unstripped(nothing) }),
    correct: async () => ({
      'bin/a': await cc.edit(await cc.unstripped(nothing), 'strip', '--strip-unneeded'),
    }),
  },
  {
    rule: 'not-stripped',
    it: 'debug information without a symbol table',
    subject: '.debug_aranges',
    breaking: async () => ({
      'bin/a': await cc.edit(
        await cc.unstripped(nothing, ['-g']),
        'objcopy',
        '-R',
        '.symtab',
        '-R',
        '.strtab',
      ),
    }),
    correct: async () => ({ 'bin/a': await cc.edit(await cc.unstripped(nothing, ['-g']), 'strip') }),
  },
  {
    rule: 'search-path',
    it: 'a folder of the build machine in a DT_RPATH',
    subject: '/home/build/lib',
    breaking: () => program('-Wl,-rpath,/home/build/lib'),
    correct: () => program('-Wl,-rpath,/opt/lib:$ORIGIN/../lib'),
  },
  {
    rule: 'set-id',
    it: 'a set-uid program',
    subject: '4755',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o4755 } }),
    correct: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o755 } }),
  },
  {
    rule: 'world-writable',
    it: 'a program that every user can change',
    subject: '0757',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o757 } }),
    correct: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o755 } }),
  },
  {
    rule: 'not-executable',
    it: 'a program that is not executable',
    subject: '0644',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o644 } }),
    correct: async () => ({ 'lib/libexec/a': { bytes: await cc.program(nothing), mode: 0o644 } }),
  },
  {
    rule: 'symlink',
    it: 'a link to a library of the build machine',
    subject: '/home/build/libx.so',
    breaking: async () => ({ ...(await program()), 'lib/libx.so': { link: '/home/build/libx.so' } }),
    correct: async () => ({ ...(await program()), 'lib/libz.so': { link: '/lib64/libz.so.1' } }),
  },
];

describe.each(cases)('$rule finds $it', ({ rule, subject, breaking, correct, cpu: forCpu, lower }) => {
  test('without other findings', async () => {
    const findings = await audit(await breaking(), forCpu, await lower?.());
    expect(findings.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([`${rule} ${subject}`]);
  });

  test('but nothing without the fault', async () => {
    expect(await audit(await correct(), forCpu, await lower?.())).toEqual([]);
  });
});

test('every rule has a compiled case', () => {
  expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual([...ruleNames].sort());
});

describe('the audit passes', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['a static program', () => cc.program(freestanding, ['-static', '-nostdlib'])],
    ['a static position-independent program', () => cc.program(freestanding, ['-static-pie', '-nostdlib'])],
    ['a program at a fixed address', () => cc.program(nothing, ['-no-pie'])],
    [
      'a program without sections',
      async () => {
        const bytes = await cc.program(nothing);
        bytes.fill(0, 40, 48);
        bytes.fill(0, 58, 64);
        return bytes;
      },
    ],
  ])('%s', async (_, make) => {
    expect(await audit({ 'bin/a': await make() })).toEqual([]);
  });
});

describe('the audit names the symbols that need a version', () => {
  test.each(['gnu', 'sysv', 'both'])('if the hash table has the style %s', async (style) => {
    await versioned('libm.so.6', { 'GLIBC_2.35': ['newer', 'newest'] });
    const args = [...linkedTo('libm.so.6'), `-Wl,--hash-style=${style}`];
    for (const main of [
      await cc.program(calling('newer', 'newest'), args),
      await cc.program(calling('newer', 'newest'), [...args, '-rdynamic']),
      await cc.program(calling('newer', 'newest'), [...args, '-fno-plt', '-Wl,-z,now']),
    ]) {
      expect(await audit({ 'bin/a': main })).toMatchObject([
        { rule: 'symbol-version', symbols: ['newer', 'newest'] },
      ]);
    }
  });

  test('in a library that defines no symbols and has an empty hash table', async () => {
    await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
    const source = 'int newer(void); __attribute__((constructor)) static void f(void) { newer(); }';
    const library = await cc.library('a.so', source, [...linkedTo('libm.so.6'), '-Wl,--hash-style=gnu']);
    expect(await audit({ 'lib/a.so': library })).toMatchObject([
      { rule: 'symbol-version', symbols: ['newer'] },
    ]);
  });

  test('except weak symbols, which may be missing', async () => {
    await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
    const source = 'int newer(void) __attribute__((weak)); int main(void) { return newer ? newer() : 0; }';
    const findings = await audit({ 'bin/a': await cc.program(source, linkedTo('libm.so.6')) });
    // binutils marks the version itself as weak only if no library had it at link time.
    expect(findings).toMatchObject([{ rule: 'symbol-version', subject: 'libm.so.6 GLIBC_2.35' }]);
    expect(findings[0]?.symbols).toBeUndefined();
  });
});

test('a debug file is not treated as loadable', async () => {
  const debug = await cc.edit(await cc.unstripped(nothing, ['-g']), 'objcopy', '--only-keep-debug');
  const rules = (await audit({ 'lib/debug/a.debug': debug })).map(({ rule }) => rule);
  expect(rules).toEqual(['not-stripped']);
});
