import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, test as anyTest, beforeAll, describe, expect } from 'vitest';
import { auditTree } from '#lib/audit/audit.ts';
import type { Finding } from '#lib/audit/findings.ts';
import { readBaseLayers } from '#lib/audit/lower-layers.ts';
import { createPolicy, machines } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { ruleNames } from '#lib/audit/rules.ts';
import { type Cpu, hostCpu } from '#lib/layer/cpu.ts';
import { readTree } from '#lib/layer/tree.ts';
import { run } from '../../actions/package-layer/src/run.ts';
import { type Compiler, createCompiler, lacksCompiler } from '../helpers/compiler.ts';
import { testPool } from '../helpers/deflate-pool.ts';
import { type Content, makeTree } from '../helpers/layer-tree.ts';
import { inputsFor } from '../helpers/package-inputs.ts';
import { silentLogger } from '../helpers/silent-logger.ts';

const test = anyTest.skipIf(lacksCompiler());
const cpu: Cpu = hostCpu() ?? 'x86';
const policy = await readPolicy('al2023');
const { interpreter } = createPolicy(policy, cpu);
const nothing = 'int main(void) { return 0; }';
/** Without a C library, which has paths of its distribution in it. */
const freestanding = 'void _start(void) { for (;;); }';

type Files = Readonly<Record<string, Content>>;

let folder: string;
let cc: Compiler;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-rules-'));
  cc = createCompiler(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function audit(files: Files, forCpu: Cpu | 'any' = cpu, below?: Files): Promise<readonly Finding[]> {
  await using fixture = await makeTree(files);
  const manifests = below === undefined ? [] : [await packageLayer(below, join(fixture.root, 'output'))];
  const bases = await readBaseLayers(manifests, forCpu);
  return (await auditTree(await readTree(fixture.path), { cpu: forCpu, policy, bases })).findings;
}

async function packageLayer(files: Files, output: string): Promise<string> {
  await using fixture = await makeTree(files);
  const { manifest } = await run(inputsFor(fixture, { name: 'below', cpu, output }), {
    log: silentLogger(),
    pool: testPool,
    writeSummary: async () => {},
  });
  return manifest;
}

/** A library with functions of versions: `versioned('libx.so.1', { X_1: ['open'] })`. */
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
  // What the compiler would take for a function of its own is one of ours here.
  return cc.library(name, source, ['-fno-builtin', '-nostdlib', `-Wl,--version-script=${path}`, ...args]);
}

const calling = (...functions: string[]): string =>
  `${functions.map((one) => `int ${one}(void);`).join(' ')} int main(void) { return ${functions.map((one) => `${one}()`).join('+')}; }`;
const linkedTo = (library: string): readonly string[] => ['-fno-builtin', `-l:${library}`];
const toLayerByRpath = ['-Wl,--disable-new-dtags', '-Wl,-rpath,$ORIGIN/../lib'];
const toLayerByRunpath = ['-Wl,--enable-new-dtags', '-Wl,-rpath,$ORIGIN/../lib'];

interface Case {
  readonly rule: (typeof ruleNames)[number];
  readonly it: string;
  readonly subject: string;
  readonly breaking: () => Promise<Files>;
  /** The same without the fault. */
  readonly whole: () => Promise<Files>;
  readonly cpu?: 'any';
  readonly below?: () => Promise<Files>;
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
    whole: async () => ({ 'lib/liba.so': await cc.library('liba.so', 'int a;') }),
  },
  {
    rule: 'machine-code',
    it: 'machine code in a layer for both CPUs',
    subject: cpu === 'x86' ? 'x86-64' : 'ARM64',
    cpu: 'any',
    breaking: () => program(),
    whole: async () => ({ 'bin/a': { bytes: '#!/bin/sh\n', mode: 0o755 } }),
  },
  {
    rule: 'malformed-elf',
    it: 'a program that is cut off',
    subject: '',
    breaking: async () => {
      const bytes = await cc.program(nothing);
      return { 'bin/a': bytes.subarray(0, bytes.length / 2) };
    },
    whole: () => program(),
  },
  {
    rule: 'wrong-interpreter',
    it: "a program for musl's loader",
    subject: '/lib/ld-musl.so.1',
    breaking: () => program('-Wl,--dynamic-linker=/lib/ld-musl.so.1'),
    whole: () => program(`-Wl,--dynamic-linker=${interpreter}`),
  },
  {
    rule: 'missing-library',
    it: 'a library that nobody offers',
    subject: 'libonly.so.1',
    breaking: async () => {
      await cc.library('libonly.so.1', 'int only(void) { return 0; }');
      return { 'bin/a': await cc.program(calling('only'), linkedTo('libonly.so.1')) };
    },
    whole: async () => ({
      'lib/libonly.so.1': await cc.library('libonly.so.1', 'int only(void) { return 0; }'),
      'bin/a': await cc.program(calling('only'), linkedTo('libonly.so.1')),
    }),
  },
  {
    rule: 'not-on-lambda',
    it: 'a library that only the image has',
    subject: 'libgcrypt.so.20',
    breaking: async () => {
      await cc.library('libgcrypt.so.20', 'int only(void) { return 0; }');
      return { 'bin/a': await cc.program(calling('only'), linkedTo('libgcrypt.so.20')) };
    },
    whole: async () => ({
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
    whole: async () => ({
      'lib/libssl.so.3': await cc.library('libssl.so.3', 'int ssl(void) { return 0; }'),
      'bin/a': await cc.program(calling('ssl'), [...linkedTo('libssl.so.3'), ...toLayerByRpath]),
    }),
  },
  {
    rule: 'bundled-c-library',
    it: 'a part of glibc',
    subject: 'libutil.so.1',
    breaking: async () => ({ 'lib/libutil.so.1': await cc.library('libutil.so.1', 'int a;') }),
    whole: async () => ({ 'lib/libutils.so.1': await cc.library('libutils.so.1', 'int a;') }),
  },
  {
    rule: 'duplicate-soname',
    it: 'two libraries that call themselves the same',
    subject: 'libx.so.1',
    breaking: async () => ({
      'lib/libx.so.1': await cc.library('libx.so.1', 'int a;'),
      'lib/old/libx.so.1': await cc.library('libx.so.1', 'int a; int b;'),
    }),
    whole: async () => ({
      'lib/libx.so.1': await cc.library('libx.so.1', 'int a;'),
      'lib/old/libx.so.1': { link: '../libx.so.1' },
    }),
  },
  {
    rule: 'duplicate-of-base',
    it: 'a library that the layer below has elsewhere',
    subject: 'libx.so.1',
    below: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a;') }),
    breaking: async () => ({ 'lib/mine/libx.so.1': await cc.library('libx.so.1', 'int a; int b;') }),
    whole: async () => ({ 'lib/mine/liby.so.1': await cc.library('liby.so.1', 'int a; int b;') }),
  },
  {
    rule: 'overwrites-base',
    it: 'a library over the one of the layer below',
    subject: 'below',
    below: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a;') }),
    breaking: async () => ({ 'lib/libx.so.1': await cc.library('libx.so.1', 'int a; int b;') }),
    whole: async () => ({ 'lib/liby.so.1': await cc.library('liby.so.1', 'int a; int b;') }),
  },
  {
    rule: 'symbol-version',
    it: 'a function that is too new for the OS',
    subject: 'libm.so.6 GLIBC_2.35',
    breaking: async () => {
      await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
      return { 'bin/a': await cc.program(calling('newer'), linkedTo('libm.so.6')) };
    },
    whole: async () => {
      await versioned('libm.so.6', { 'GLIBC_2.34': ['newer'] });
      return { 'bin/a': await cc.program(calling('newer'), linkedTo('libm.so.6')) };
    },
  },
  {
    rule: 'unknown-symbol-version',
    it: "a version that nothing is known of in the OS's library",
    subject: 'libcurl.so.4 CURL_OPENSSL_4',
    breaking: async () => {
      await versioned('libcurl.so.4', { CURL_OPENSSL_4: ['curl'] });
      return { 'bin/a': await cc.program(calling('curl'), linkedTo('libcurl.so.4')) };
    },
    whole: async () => {
      await versioned('libz.so.1', { 'ZLIB_1.2.9': ['curl'] });
      return { 'bin/a': await cc.program(calling('curl'), linkedTo('libz.so.1')) };
    },
  },
  {
    rule: 'missing-symbol',
    it: 'a function that an older bundled library does not have, though it has the version',
    subject: 'libx.so.1 newer',
    breaking: async () => {
      await versioned('libx.so.1', { X_1: ['older', 'newer'] });
      const main = await cc.program(calling('older', 'newer'), linkedTo('libx.so.1'));
      return { 'bin/a': main, 'lib/libx.so.1': await versioned('libx.so.1', { X_1: ['older'] }) };
    },
    whole: async () => ({
      'lib/libx.so.1': await versioned('libx.so.1', { X_1: ['older', 'newer'] }),
      'bin/a': await cc.program(calling('older', 'newer'), linkedTo('libx.so.1')),
    }),
  },
  {
    rule: 'foreign-path',
    it: "Debian's place for OpenSSL, in a constant",
    subject: '/usr/lib/ssl/cert.pem',
    breaking: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *p = "/usr/lib/ssl/cert.pem";'),
    }),
    whole: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *p = "/opt/bref/ssl/cert.pem";'),
    }),
  },
  {
    rule: 'foreign-path',
    it: 'the same where the linker puts constants beside code',
    subject: '/usr/lib/ssl/cert.pem',
    breaking: async () => ({
      'lib/a.so': await cc.library('a.so', 'const char *f(void) { return "/usr/lib/ssl/cert.pem"; }', [
        '-Wl,-z,noseparate-code',
      ]),
    }),
    whole: async () => ({ 'lib/a.so': await cc.library('a.so', 'const char *f(void) { return "x"; }') }),
  },
  {
    rule: 'not-stripped',
    it: 'a program with its symbol table',
    subject: '.symtab',
    breaking: async () => ({ 'bin/a': await cc.unstripped(nothing) }),
    whole: async () => ({
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
    whole: async () => ({ 'bin/a': await cc.edit(await cc.unstripped(nothing, ['-g']), 'strip') }),
  },
  {
    rule: 'search-path',
    it: "the build machine's folder as DT_RPATH",
    subject: '/home/build/lib',
    breaking: () => program('-Wl,-rpath,/home/build/lib'),
    whole: () => program('-Wl,-rpath,/opt/lib:$ORIGIN/../lib'),
  },
  {
    rule: 'set-id',
    it: 'a set-uid program',
    subject: '4755',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o4755 } }),
    whole: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o755 } }),
  },
  {
    rule: 'world-writable',
    it: 'a program that anybody may replace',
    subject: '0757',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o757 } }),
    whole: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o755 } }),
  },
  {
    rule: 'not-executable',
    it: 'a program without the permission',
    subject: '0644',
    breaking: async () => ({ 'bin/a': { bytes: await cc.program(nothing), mode: 0o644 } }),
    whole: async () => ({ 'lib/libexec/a': { bytes: await cc.program(nothing), mode: 0o644 } }),
  },
  {
    rule: 'symlink',
    it: "a link to the build machine's library",
    subject: '/home/build/libx.so',
    breaking: async () => ({ ...(await program()), 'lib/libx.so': { link: '/home/build/libx.so' } }),
    whole: async () => ({ ...(await program()), 'lib/libz.so': { link: '/lib64/libz.so.1' } }),
  },
];

describe.each(cases)('$rule finds $it', ({ rule, subject, breaking, whole, cpu: forCpu, below }) => {
  test('and nothing else', async () => {
    const findings = await audit(await breaking(), forCpu, await below?.());
    expect(findings.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([`${rule} ${subject}`]);
  });

  test('and nothing without the fault', async () => {
    expect(await audit(await whole(), forCpu, await below?.())).toEqual([]);
  });
});

test('every rule has a compiled case', () => {
  expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual([...ruleNames].sort());
});

describe('the audit passes', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['a static program', () => cc.program(freestanding, ['-static', '-nostdlib'])],
    ['a static program at any address', () => cc.program(freestanding, ['-static-pie', '-nostdlib'])],
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

describe('the symbols that need a version are found', () => {
  test.each(['gnu', 'sysv', 'both'])('with the hash table that --hash-style=%s makes', async (style) => {
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

  test('in a library that defines nothing itself, of which the hash table is empty', async () => {
    await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
    const source = 'int newer(void); __attribute__((constructor)) static void f(void) { newer(); }';
    const library = await cc.library('a.so', source, [...linkedTo('libm.so.6'), '-Wl,--hash-style=gnu']);
    expect(await audit({ 'lib/a.so': library })).toMatchObject([
      { rule: 'symbol-version', symbols: ['newer'] },
    ]);
  });

  test('but not those that may be missing', async () => {
    await versioned('libm.so.6', { 'GLIBC_2.35': ['newer'] });
    const source = 'int newer(void) __attribute__((weak)); int main(void) { return newer ? newer() : 0; }';
    const findings = await audit({ 'bin/a': await cc.program(source, linkedTo('libm.so.6')) });
    // binutils marks the version itself as weak only where no library had it at link time.
    expect(findings).toMatchObject([{ rule: 'symbol-version', subject: 'libm.so.6 GLIBC_2.35' }]);
    expect(findings[0]?.symbols).toBeUndefined();
  });
});

test('a file of debug information alone is not taken for something to load', async () => {
  const debug = await cc.edit(await cc.unstripped(nothing, ['-g']), 'objcopy', '--only-keep-debug');
  const rules = (await audit({ 'lib/debug/a.debug': debug })).map(({ rule }) => rule);
  expect(rules).toEqual(['not-stripped']);
});
