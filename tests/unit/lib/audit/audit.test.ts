import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Audit, auditTree } from '#lib/audit/audit.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { ruleNames } from '#lib/audit/rule-list.ts';
import type { Cpu } from '#lib/layer/cpu.ts';
import { readTree } from '#lib/layer/tree.ts';
import {
  armInterpreter,
  buildElf,
  type ElfDescription,
  x86Interpreter,
} from '../../../fixtures/elf-builder.ts';
import { type Content, makeTree } from '../../../fixtures/layer-tree.ts';

const library = (description: ElfDescription = {}): Buffer => buildElf(description);
const program = (description: ElfDescription = {}): Buffer =>
  buildElf({ interpreter: x86Interpreter, ...description });
const needs = (name: string, ...versions: string[]): ElfDescription => ({
  needed: [name],
  versionNeeds: [{ library: name, versions }],
});

const policy = await readPolicy('al2023');

async function audit(files: Readonly<Record<string, Content>>, cpu: Cpu | 'any' = 'x86'): Promise<Audit> {
  await using fixture = await makeTree(files);
  return await auditTree(await readTree(fixture.path), { cpu, policy, lowerLayers: [] });
}

/** `severity rule file subject` of each finding. */
async function findingsOf(
  files: Readonly<Record<string, Content>>,
  cpu: Cpu | 'any' = 'x86',
): Promise<readonly string[]> {
  const { findings } = await audit(files, cpu);
  return findings.map(({ severity, rule, file, subject }) => `${severity} ${rule} ${file} ${subject}`.trim());
}

interface Case {
  readonly it: string;
  readonly files: Readonly<Record<string, Content>>;
  readonly cpu?: Cpu | 'any';
  readonly finds: readonly string[];
}

const machine: readonly Case[] = [
  {
    it: 'passes a program that needs only libraries of the OS',
    files: { 'bin/a': program(needs('libc.so.6', 'GLIBC_2.34')) },
    finds: [],
  },
  { it: 'passes a static program', files: { 'bin/a': buildElf({ isStatic: true, type: 2 }) }, finds: [] },
  {
    it: 'passes scripts and data',
    files: { bootstrap: { bytes: '#!/bin/sh\n', mode: 0o755 }, 'a.php': '<?php' },
    finds: [],
  },
  {
    it: 'finds machine code of the other CPU',
    files: { 'lib/liba.so': library({ machine: 183 }) },
    finds: ['error wrong-machine lib/liba.so ARM64'],
  },
  {
    it: 'finds x86 code in an ARM layer, and passes ARM code',
    cpu: 'arm',
    files: {
      'lib/liba.so': library(),
      'bin/a': buildElf({ machine: 183, interpreter: armInterpreter, needed: ['ld-linux-aarch64.so.1'] }),
    },
    finds: ['error wrong-machine lib/liba.so x86-64'],
  },
  {
    it: 'finds a program for a loader that Lambda lacks',
    files: { 'bin/a': buildElf({ interpreter: '/lib/ld-musl-x86_64.so.1' }) },
    finds: ['error wrong-interpreter bin/a /lib/ld-musl-x86_64.so.1'],
  },
  {
    it: 'finds a truncated file',
    files: { 'lib/liba.so': library({ soname: 'liba.so' }).subarray(0, 200) },
    finds: ['error malformed-elf lib/liba.so'],
  },
  {
    it: 'finds machine code in a layer for both CPUs',
    cpu: 'any',
    files: {
      'bin/a': program({ needed: ['libnone.so'] }),
      'bin/b': buildElf({ machine: 183 }),
      'c.php': '<?php',
    },
    finds: ['error machine-code bin/a x86-64', 'error machine-code bin/b ARM64'],
  },
  {
    it: 'warns about a symbol table',
    files: { 'bin/a': program({ symbolTable: true }) },
    finds: ['warning not-stripped bin/a .symtab'],
  },
];

const libraries: readonly Case[] = [
  {
    it: 'finds a library that is neither in the layer nor in the OS',
    files: { 'bin/a': program({ needed: ['libonig.so.5'] }) },
    finds: ['error missing-library bin/a libonig.so.5'],
  },
  {
    it: 'finds libraries in /opt/lib',
    files: {
      'bin/a': program({ needed: ['libonig.so.5'] }),
      'lib/libonig.so.5': library({ soname: 'libonig.so.5' }),
    },
    finds: [],
  },
  {
    it: 'follows symlinks to libraries',
    files: {
      'bin/a': program({ needed: ['libonig.so.5'] }),
      'lib/libonig.so.5': { link: 'libonig.so.5.1' },
      'lib/libonig.so.5.1': library({ soname: 'libonig.so.5' }),
    },
    finds: [],
  },
  {
    it: 'does not search other folders of the layer',
    files: { 'bin/a': program({ needed: ['libx.so'] }), 'lib/private/libx.so': library() },
    finds: ['error missing-library bin/a libx.so'],
  },
  {
    it: 'searches the folders of a DT_RUNPATH',
    files: {
      'bin/a': program({ needed: ['libx.so'], runpath: '$ORIGIN/../lib/private' }),
      'lib/private/libx.so': library(),
    },
    finds: [],
  },
  {
    it: 'does not apply the DT_RUNPATH of a program to its libraries',
    files: {
      'bin/a': program({ needed: ['libx.so'], runpath: '$ORIGIN/../lib/private' }),
      'lib/private/libx.so': library({ needed: ['liby.so'] }),
      'lib/private/liby.so': library(),
    },
    finds: ['error missing-library lib/private/libx.so liby.so'],
  },
  {
    it: 'applies the DT_RPATH of a program to its libraries',
    files: {
      'bin/a': program({ needed: ['libx.so'], rpath: '$ORIGIN/../lib/private' }),
      'lib/private/libx.so': library({ needed: ['liby.so'] }),
      'lib/private/liby.so': library(),
    },
    finds: [],
  },
  {
    it: 'does not apply the DT_RPATH of a program to a library with a DT_RUNPATH',
    files: {
      'bin/a': program({ needed: ['libx.so'], rpath: '$ORIGIN/../lib/private' }),
      'lib/private/libx.so': library({ needed: ['liby.so'], runpath: '/opt/lib' }),
      'lib/private/liby.so': library(),
    },
    finds: ['error missing-library lib/private/libx.so liby.so'],
  },
  {
    it: 'applies the DT_RPATH of a program to plug-ins that it loads by dlopen',
    files: {
      'bin/php': program({ rpath: '$ORIGIN/../lib' }),
      'bref/extensions/intl.so': library({ needed: ['libssl.so.3'] }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: [],
  },
  {
    it: 'finds a library that only the container image contains',
    files: { 'bin/a': program({ needed: ['libgcrypt.so.20'] }) },
    finds: ['error not-on-lambda bin/a libgcrypt.so.20'],
  },
  {
    it: 'finds a copy that the OS shadows',
    files: {
      'bin/a': program({ needed: ['libssl.so.3'] }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: ['error shadowed-library bin/a libssl.so.3'],
  },
  {
    it: 'finds a copy that only a DT_RUNPATH leads to',
    files: {
      'bin/a': program({ needed: ['libssl.so.3'], runpath: '$ORIGIN/../lib' }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: ['error shadowed-library bin/a libssl.so.3'],
  },
  {
    it: 'passes a copy that a DT_RPATH leads to',
    files: {
      'bin/a': program({ needed: ['libssl.so.3'], rpath: '$ORIGIN/../lib' }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: [],
  },
  {
    it: 'ignores the DT_RPATH of a file with a DT_RUNPATH',
    files: {
      'bin/a': program({ needed: ['libssl.so.3'], rpath: '$ORIGIN/../lib', runpath: '/opt/lib' }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: ['error shadowed-library bin/a libssl.so.3'],
  },
  {
    it: 'passes a shadowed copy that is already loaded',
    files: {
      'bin/a': program({ needed: ['libssl.so.3', 'libx.so'], rpath: '$ORIGIN/../lib' }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
      'lib/libx.so': library({ needed: ['libssl.so.3'], runpath: '/opt/lib' }),
    },
    finds: [],
  },
  {
    it: 'finds a plug-in that gets the wrong library in every program of the layer',
    files: {
      'bin/a': program(),
      'bref/extensions/x.so': library({ needed: ['libssl.so.3'] }),
      'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    },
    finds: ['error shadowed-library bref/extensions/x.so libssl.so.3'],
  },
  {
    it: 'searches /opt/lib for a layer that has only plug-ins',
    files: {
      'bref/extensions/x.so': library({ needed: ['libx.so', 'libssl.so.3'] }),
      'lib/libx.so': library(),
    },
    finds: [],
  },
  {
    it: 'finds a part of glibc',
    files: { 'lib/libm.so.6': library({ soname: 'libm.so.6' }) },
    finds: ['error bundled-c-library lib/libm.so.6 libm.so.6'],
  },
  {
    it: 'finds two libraries with one SONAME, and warns about copies',
    files: {
      'lib/libx.so.1': library({ soname: 'libx.so.1' }),
      'lib/libx.so.1.2': library({ soname: 'libx.so.1' }),
      'lib/old/libx.so.1': library({ soname: 'libx.so.1', needed: ['libc.so.6'] }),
    },
    finds: [
      'error duplicate-soname lib/old/libx.so.1 libx.so.1',
      'warning duplicate-soname lib/libx.so.1.2 libx.so.1',
    ],
  },
  {
    it: 'passes libraries that need each other',
    files: {
      'lib/libx.so': library({ soname: 'libx.so', needed: ['liby.so'] }),
      'lib/liby.so': library({ soname: 'liby.so', needed: ['libx.so'] }),
    },
    finds: [],
  },
  {
    it: 'looks up a needed path without a search',
    files: {
      'bin/a': program({ needed: ['/opt/lib/libx.so', '/usr/local/lib/liby.so'] }),
      'lib/libx.so': library(),
    },
    finds: ['error missing-library bin/a /usr/local/lib/liby.so'],
  },
  {
    it: 'warns about search paths that do not exist on Lambda and about relative ones',
    files: { 'bin/a': program({ rpath: '/build/lib:$ORIGIN/../lib:lib:/usr/lib64' }) },
    finds: ['warning search-path bin/a /build/lib', 'warning search-path bin/a lib'],
  },
];

const versions: readonly Case[] = [
  {
    it: 'finds a symbol version newer than the OS',
    files: { 'bin/a': program(needs('libm.so.6', 'GLIBC_2.2.5', 'GLIBC_2.35')) },
    finds: ['error symbol-version bin/a libm.so.6 GLIBC_2.35'],
  },
  {
    it: 'only warns if all references to a version are weak',
    files: {
      'bin/a': program({
        needed: ['libm.so.6'],
        versionNeeds: [{ library: 'libm.so.6', versions: ['GLIBC_2.35'], isWeak: true }],
      }),
    },
    finds: ['warning symbol-version bin/a libm.so.6 GLIBC_2.35'],
  },
  {
    it: 'finds unknown versions without a number',
    files: { 'bin/a': program(needs('libc.so.6', 'GLIBC_PRIVATE', 'GLIBC_ABI_DT_RELR')) },
    finds: [
      'error unknown-symbol-version bin/a libc.so.6 GLIBC_ABI_DT_RELR',
      'error unknown-symbol-version bin/a libc.so.6 GLIBC_PRIVATE',
    ],
  },
  {
    it: 'finds a version of an OS library without data in the policy',
    files: { 'bin/a': program(needs('libcurl.so.4', 'CURL_OPENSSL_4')) },
    finds: ['error unknown-symbol-version bin/a libcurl.so.4 CURL_OPENSSL_4'],
  },
  {
    it: 'compares versions with the definitions of a bundled library',
    files: {
      'bin/a': program({ ...needs('libcurl.so.4', 'CURL_OPENSSL_4', 'CURL_5'), rpath: '$ORIGIN/../lib' }),
      'lib/libcurl.so.4': library({ soname: 'libcurl.so.4', versionDefinitions: ['CURL_OPENSSL_4'] }),
    },
    finds: ['error symbol-version bin/a libcurl.so.4 CURL_5'],
  },
  {
    it: 'warns about a bundled library without versions if the program needs one',
    files: {
      'bin/a': program({ ...needs('libcurl.so.4', 'CURL_OPENSSL_4'), rpath: '$ORIGIN/../lib' }),
      'lib/libcurl.so.4': library({ soname: 'libcurl.so.4' }),
    },
    finds: ['warning symbol-version bin/a libcurl.so.4 CURL_OPENSSL_4'],
  },
  {
    it: 'finds a symbol that a bundled library lacks although it defines the version',
    files: {
      'bin/a': program({
        ...needs('libcurl.so.4', 'CURL_OPENSSL_4'),
        imports: { curl_easy_init: 'CURL_OPENSSL_4', curl_easy_header: 'CURL_OPENSSL_4' },
        rpath: '$ORIGIN/../lib',
      }),
      'lib/libcurl.so.4': library({
        soname: 'libcurl.so.4',
        versionDefinitions: ['CURL_OPENSSL_4'],
        exports: { curl_easy_init: 'CURL_OPENSSL_4' },
      }),
    },
    finds: ['error missing-symbol bin/a libcurl.so.4 curl_easy_header'],
  },
  {
    it: 'passes a symbol that another library defines for the version',
    files: {
      'bin/a': program({ ...needs('liba.so', 'A_1'), imports: { moved: 'A_1' } }),
      'lib/liba.so': library({ soname: 'liba.so', needed: ['libb.so'], versionDefinitions: ['A_1'] }),
      'lib/libb.so': library({ soname: 'libb.so', versionDefinitions: ['A_1'], exports: { moved: 'A_1' } }),
    },
    finds: [],
  },
  {
    it: 'judges a version of a library that DT_NEEDED does not list',
    files: { 'bin/a': program({ versionNeeds: [{ library: 'libc.so.6', versions: ['GLIBC_2.38'] }] }) },
    finds: ['error symbol-version bin/a libc.so.6 GLIBC_2.38'],
  },
];

const sqlite = 'libsqlite3.so.0';
const explains = { needed: [sqlite, 'libc.so.6'], imports: { sqlite3_open: '', sqlite3_stmt_explain: '' } };
const lacksExplain = `undefined-symbol bin/php ${sqlite} sqlite3_stmt_explain`;
const bySqlite = { soname: sqlite, exports: { sqlite3_open: '', sqlite3_stmt_explain: '' } };

const symbols: readonly (Case & { readonly unchecked?: Audit['unchecked'] })[] = [
  {
    it: "finds a symbol without a version that the OS's library lacks",
    files: { 'bin/php': program(explains) },
    finds: [`error ${lacksExplain}`],
  },
  {
    it: "passes the symbol if the layer's own library defines it",
    files: {
      'bin/php': program({ ...explains, rpath: '$ORIGIN/../lib' }),
      [`lib/${sqlite}`]: library(bySqlite),
    },
    finds: [],
  },
  {
    it: "passes symbols that the OS's libraries export, also if only another object needs the library",
    files: {
      'bin/php': program({ needed: [sqlite, 'libx.so'], imports: { sqlite3_open: '', pow: '' } }),
      'lib/libx.so': library({ soname: 'libx.so', needed: ['libm.so.6'] }),
    },
    finds: [],
  },
  {
    it: 'finds the symbol in an extension, because php defines its other symbols',
    files: {
      'bin/php': program({ needed: ['libc.so.6', 'libssl.so.3'], exports: { zend_parse: '' } }),
      'bref/extensions/a.so': library({ ...explains, imports: { ...explains.imports, zend_parse: '' } }),
    },
    finds: [`error undefined-symbol bref/extensions/a.so ${sqlite} sqlite3_stmt_explain`],
  },
  {
    it: 'passes symbols that another extension defines',
    files: {
      'bin/php': program({ exports: { zend_parse: '' } }),
      'bref/extensions/pdo.so': library({ exports: { pdo_register: '' } }),
      'bref/extensions/pdo_x.so': library({ imports: { pdo_register: '', zend_parse: '' } }),
    },
    finds: [],
  },
  {
    it: 'only warns if the program that loads the file is unknown, and does not judge its other symbols',
    files: {
      'bref/extensions/a.so': library({ ...explains, imports: { ...explains.imports, zend_parse: '' } }),
    },
    finds: [`warning undefined-symbol bref/extensions/a.so ${sqlite} sqlite3_stmt_explain`],
    unchecked: [{ file: 'bref/extensions/a.so', symbols: 2, libraries: ['the program that loads it'] }],
  },
  {
    it: 'does not take a tool of the layer for the program that loads its extension',
    files: {
      'bin/tool': program({ exports: { tool: '' } }),
      'bref/extensions/a.so': library({ imports: { zend_parse: '' } }),
    },
    finds: [],
    unchecked: [{ file: 'bref/extensions/a.so', symbols: 1, libraries: ['the program that loads it'] }],
  },
  {
    it: 'does not judge symbols that a library with unknown symbols may define',
    files: {
      'bin/php': program({ needed: ['libarchive.so.13', 'libc.so.6'], imports: { archive_new: '' } }),
    },
    finds: [],
    unchecked: [{ file: 'bin/php', symbols: 1, libraries: ['libarchive.so.13'] }],
  },
  {
    it: 'does not judge a symbol with the prefix of OpenSSL if the file was not linked with it',
    files: {
      'bin/php': program({ needed: ['libcrypto.so.3', 'libx.so'] }),
      'lib/libx.so': library({ soname: 'libx.so', imports: { EVP_new: '' } }),
    },
    finds: [],
    unchecked: [{ file: 'lib/libx.so', symbols: 1, libraries: ['libcrypto.so.3'] }],
  },
  {
    it: 'concludes that a symbol without a version is not from a library with versions',
    files: {
      'bin/php': program({
        ...needs('libselinux.so.1', 'LIBSELINUX_1.0'),
        imports: { is_selinux: 'LIBSELINUX_1.0', other: '' },
      }),
    },
    finds: [
      'error undefined-symbol bin/php other',
      'error unknown-symbol-version bin/php libselinux.so.1 LIBSELINUX_1.0',
    ],
  },
  {
    it: 'leaves the symbols of a missing library to the rule about libraries',
    files: { 'bin/php': program({ needed: ['libonig.so.5'], imports: { onig_new: '' } }) },
    finds: ['error missing-library bin/php libonig.so.5'],
    unchecked: [{ file: 'bin/php', symbols: 1, libraries: ['libonig.so.5'] }],
  },
  {
    it: "finds the symbol on ARM, and symbols that only x86's library has",
    cpu: 'arm',
    files: {
      'bin/php': buildElf({
        machine: 183,
        interpreter: armInterpreter,
        needed: [sqlite, 'libm.so.6'],
        imports: { sqlite3_stmt_explain: '', __acosf128_finite: '', pow: '' },
      }),
    },
    finds: ['error undefined-symbol bin/php __acosf128_finite', `error ${lacksExplain}`],
  },
];

test.each(symbols)(
  'the audit of symbols without a version $it',
  async ({ files: tree, cpu, finds, unchecked }) => {
    expect(await findingsOf(tree, cpu)).toEqual(finds);
    expect((await audit(tree, cpu)).unchecked).toEqual(unchecked);
  },
);

const files: readonly Case[] = [
  {
    it: 'passes symlinks within the layer and to paths that Lambda has',
    files: {
      'bref/cert.pem': 'x',
      'cert.pem': { link: '/opt/bref/cert.pem' },
      'os.pem': { link: '/etc/pki/tls/cert.pem' },
      'lib/libz.so': { link: '/lib64/libz.so.1' },
    },
    finds: [],
  },
  {
    it: 'finds symlinks without a target, in loops, and out of the layer',
    files: {
      a: { link: 'b' },
      b: { link: 'a' },
      gone: { link: '/opt/nothing' },
      out: { link: '../../home/build/cert.pem' },
      'x.txt': 'x',
    },
    finds: [
      'error symlink a b',
      'error symlink b a',
      'error symlink gone /opt/nothing',
      'error symlink out ../../home/build/cert.pem',
    ],
  },
  {
    it: 'finds set-uid, set-gid and world-writable files',
    files: {
      'bin/uid': { bytes: 'x', mode: 0o4755 },
      'bin/gid': { bytes: 'x', mode: 0o2755 },
      'data.txt': { bytes: 'x', mode: 0o666 },
    },
    finds: ['error set-id bin/gid 2755', 'error set-id bin/uid 4755', 'error world-writable data.txt 0666'],
  },
  {
    it: 'finds programs that are not executable',
    files: {
      bootstrap: '#!/bin/sh\n',
      'bin/a': { bytes: program(), mode: 0o644 },
      'bin/README': 'text',
      'bref/script.sh': '#!/bin/sh\n',
    },
    finds: ['error not-executable bin/a 0644', 'error not-executable bootstrap 0644'],
  },
  {
    it: 'warns about each path of another distribution once',
    files: {
      'lib/a.so': library({
        data: 'dir=/usr/lib/x86_64-linux-gnu/gconv\0/usr/lib/ssl\0/usr/lib/ssl\0x/lib/x86_64-linux-gnu/',
      }),
    },
    finds: [
      'warning foreign-path lib/a.so /usr/lib/ssl',
      'warning foreign-path lib/a.so /usr/lib/x86_64-linux-gnu/gconv',
    ],
  },
];

describe.each([
  ['machines and loaders', machine],
  ['libraries', libraries],
  ['symbol versions', versions],
  ['files', files],
])('the audit of %s', (_, cases) => {
  test.each(cases)('$it', async ({ files: tree, cpu, finds }) => {
    expect(await findingsOf(tree, cpu)).toEqual(finds);
  });
});

test('every rule that needs no lower layer has a case above', () => {
  const found = [machine, libraries, versions, symbols, files].flat().flatMap(({ finds }) => finds);
  const covered = new Set(found.map((finding) => finding.split(' ')[1]));
  // lower-layers.test.ts covers these two.
  expect([...covered, 'duplicate-of-base', 'overwrites-base'].sort()).toEqual([...ruleNames].sort());
});

test('the audit lists the place of each library', async () => {
  const { libraries: found, runtime } = await audit({
    'bin/a': program({ needed: ['libx.so', 'libc.so.6', 'libno.so'] }),
    'lib/libx.so': library({ needed: ['libc.so.6'] }),
  });
  expect(runtime).toBe('provided.al2023');
  expect(found).toEqual({
    'bin/a': { 'libc.so.6': 'os', 'libno.so': 'missing', 'libx.so': 'lib/libx.so' },
    'lib/libx.so': { 'libc.so.6': 'os' },
  });
});

test('a finding names the fix', async () => {
  const { findings } = await audit({
    'bin/a': program({ needed: ['libssl.so.3', 'libx.so'] }),
    'lib/libssl.so.3': library({ soname: 'libssl.so.3' }),
    'private/libx.so': library(),
  });
  const texts = findings.map(({ message, remedy }) => `${message} ${remedy}`);
  expect(texts).toEqual([
    'The layer contains libx.so as private/libx.so, but the loader does not search that folder. ' +
      'Move it to lib/, or give bin/a or the executable a DT_RPATH that leads to it.',
    expect.stringContaining("patchelf --force-rpath --set-rpath '$ORIGIN/../lib' bin/a"),
  ]);
});

test('a finding about a version names the symbols that need it', async () => {
  const { findings } = await audit({
    'bin/a': program({ ...needs('libm.so.6', 'GLIBC_2.35'), imports: { hypot: 'GLIBC_2.35' } }),
  });
  expect(findings).toMatchObject([
    {
      rule: 'symbol-version',
      subject: 'libm.so.6 GLIBC_2.35',
      symbols: ['hypot'],
      message: 'hypot needs GLIBC_2.35 of libm.so.6. The newest version on provided.al2023 is GLIBC_2.34.',
    },
  ]);
});

test('the audit passes a real program: the node that runs this test', async () => {
  const found = await findingsOf(
    { 'bin/node': { bytes: readFileSync(process.execPath), mode: 0o755 } },
    process.arch === 'arm64' ? 'arm' : 'x86',
  );
  expect(found.filter((finding) => finding.startsWith('error'))).toEqual([]);
});
