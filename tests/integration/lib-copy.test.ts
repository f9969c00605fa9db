import { chmod, cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { auditTree } from '#lib/audit/audit.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { findDocker } from '#lib/docker/client.ts';
import { readTree } from '#lib/layer/tree.ts';
import { type Command, type CommandResult, createRun } from '#lib/node/command.ts';
import { buildElf, type ElfDescription, x86Interpreter } from '../fixtures/elf-builder.ts';
import { silentLogger } from '../fixtures/silent-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const run = createRun(silentLogger());
const arm = 183;

interface Setup {
  /** Content by path relative to the folder. */
  readonly files: Readonly<Record<string, ElfDescription | string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly policy?: unknown;
}

/** Makes a folder with ELF files, a copy of the script, and a policy. */
async function prepare({ files, links = {}, policy }: Setup) {
  const folder = await temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  await cp('php/build-tools/lib-copy', at('lib-copy'), { recursive: true });
  if (policy !== undefined) await writeFile(at('lib-copy/policy.json'), JSON.stringify(policy));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(at(path), '..'), { recursive: true });
    await writeFile(at(path), typeof content === 'string' ? content : buildElf(content));
  }
  for (const [path, target] of Object.entries(links)) await symlink(target, at(path));
  const copyDependencies = async (...args: readonly string[]) =>
    run([...(await findPhp(folder.path)), at('lib-copy/copy-dependencies.php'), ...args], {
      allowFailure: true,
      env: { LD_LIBRARY_PATH: at('libraries'), INSTALL_DIR: at('installed') },
    });
  return { ...folder, at, copyDependencies, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Returns this machine's php if it has one, otherwise the php of the image build-php-82. */
async function findPhp(folder: string): Promise<Command> {
  const found = await run(['php', '-v'], { allowFailure: true }).catch(() => undefined);
  if (found?.exitCode === 0) return ['php'];
  const mount = `${folder}:${folder}`;
  const docker = await findDocker(run);
  const variables = { LD_LIBRARY_PATH: 'libraries', INSTALL_DIR: 'installed' };
  const env = Object.entries(variables).flatMap(([name, path]) => ['--env', `${name}=${join(folder, path)}`]);
  return [docker, 'run', '--rm', '--volume', mount, ...env, 'bref/build-php-82', 'php'];
}

function failure(result: CommandResult): string {
  expect(result.exitCode).toBe(1);
  return result.stderr;
}

test('copies direct and indirect dependencies under the names that the loader looks for', async () => {
  await using folder = await prepare({
    files: {
      'extension.so': { needed: ['libfirst.so.1', 'libc.so.6'] },
      'libraries/libfirst.so.1.2.3': { soname: 'libfirst.so.1', needed: ['libsecond.so', 'libm.so.6'] },
      'libraries/libsecond.so': { soname: 'libsecond.so', needed: ['libfirst.so.1', 'libstdc++.so.6'] },
      'libraries/libunrelated.so': {},
    },
    links: { 'libraries/libfirst.so.1': 'libfirst.so.1.2.3' },
  });
  const result = await folder.copyDependencies(folder.at('extension.so'), folder.at('opt/lib'));
  expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  expect((await readdir(folder.at('opt/lib'))).sort()).toEqual(['libfirst.so.1', 'libsecond.so']);
  expect(await readFile(folder.at('opt/lib/libfirst.so.1'))).toEqual(
    await readFile(folder.at('libraries/libfirst.so.1.2.3')),
  );
});

test('reads every ELF file of a folder and ignores other files', async () => {
  await using folder = await prepare({
    files: {
      'extensions/a.so': { needed: ['liba.so'] },
      'extensions/b.so': { needed: ['libb.so'] },
      'extensions/readme.txt': 'no machine code',
      'libraries/liba.so': {},
      'libraries/libb.so': {},
    },
  });
  await folder.copyDependencies(folder.at('extensions'), folder.at('lib'));
  expect((await readdir(folder.at('lib'))).sort()).toEqual(['liba.so', 'libb.so']);
});

test('prints the libraries with --list and copies nothing', async () => {
  await using folder = await prepare({
    files: { program: { needed: ['liba.so'] }, 'libraries/liba.so': {} },
  });
  const { stdout } = await folder.copyDependencies('--list', folder.at('program'));
  expect(stdout).toBe(`liba.so => ${folder.at('libraries/liba.so')}\n`);
});

test('names a missing library and the chain of files that need it, and copies nothing', async () => {
  await using folder = await prepare({
    files: {
      program: { needed: ['liba.so', 'libgone.so.3'] },
      'libraries/liba.so': { needed: ['libmissing.so.7'] },
    },
  });
  const message = failure(await folder.copyDependencies(folder.at('program'), folder.at('lib')));
  expect(message).toContain(`libgone.so.3 is missing. It is needed by ${folder.at('program')}.`);
  expect(message).toContain(
    `libmissing.so.7 is missing. It is needed by ${folder.at('libraries/liba.so')}, needed by ${folder.at('program')}.`,
  );
  expect(await readdir(folder.path)).not.toContain('lib');
});

test('ignores libraries for another CPU, like the loader', async () => {
  await using folder = await prepare({
    files: {
      program: { machine: arm, needed: ['liba.so'], rpath: '$ORIGIN/arm' },
      'libraries/liba.so': {},
      'arm/liba.so': { machine: arm },
    },
  });
  const { stdout } = await folder.copyDependencies('--list', folder.at('program'));
  expect(stdout).toBe(`liba.so => ${folder.at('arm/liba.so')}\n`);
});

test.each([
  { tag: 'applies DT_RPATH to dependencies of libraries', paths: { rpath: '$ORIGIN/own' }, found: true },
  { tag: 'applies DT_RUNPATH only to the file itself', paths: { runpath: '$ORIGIN/own' }, found: false },
])('$tag', async ({ paths, found }) => {
  await using folder = await prepare({
    files: {
      program: { needed: ['liba.so'], ...paths },
      'own/liba.so': { needed: ['libb.so'] },
      'own/libb.so': {},
    },
  });
  const result = await folder.copyDependencies('--list', folder.at('program'));
  expect(result.exitCode).toBe(found ? 0 : 1);
});

const needs = { needed: ['liboffered.so.1', 'libown.so.1', 'libc.so.6'] };
const libraries = { 'libraries/liboffered.so.1': {}, 'libraries/libown.so.1': {} };
const offered = { x86_64: ['liboffered.so.1', 'libc.so.6'] };

test.each([
  { base: 'al2023', copied: ['libown.so.1'] },
  { base: 'debian-12', copied: ['liboffered.so.1', 'libown.so.1'] },
])('copies $copied on $base', async ({ base, copied }) => {
  await using folder = await prepare({ files: { program: needs, ...libraries }, policy: { base, offered } });
  await folder.copyDependencies(folder.at('program'), folder.at('lib'));
  expect((await readdir(folder.at('lib'))).sort()).toEqual(copied);
});

test.each(['al2023', 'debian-12'])(
  'copies a library of INSTALL_DIR on %s, although Lambda has one of the same name',
  async (base) => {
    await using folder = await prepare({
      files: {
        'extensions/a.so': { needed: ['libcompiled.so.1', 'libc.so.6'] },
        'installed/lib/libcompiled.so.1.53': { soname: 'libcompiled.so.1', needed: ['libdeeper.so.1'] },
        'installed/lib64/libdeeper.so.1': { soname: 'libdeeper.so.1' },
        // Amazon's image lists /lib64 in LD_LIBRARY_PATH before /opt/lib.
        'libraries/libcompiled.so.1': { soname: 'libcompiled.so.1', data: 'the older library of the OS' },
        'libraries/libdeeper.so.1': { soname: 'libdeeper.so.1', data: 'the older library of the OS' },
      },
      links: { 'installed/lib/libcompiled.so.1': 'libcompiled.so.1.53' },
      policy: { base, offered: { x86_64: ['libcompiled.so.1', 'libdeeper.so.1', 'libc.so.6'] } },
    });
    const result = await folder.copyDependencies(folder.at('extensions'), folder.at('lib'));
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await readdir(folder.at('lib'))).sort()).toEqual(['libcompiled.so.1', 'libdeeper.so.1']);
    expect(await readFile(folder.at('lib/libcompiled.so.1'))).toEqual(
      await readFile(folder.at('installed/lib/libcompiled.so.1.53')),
    );
  },
);

test.each([
  { extension: {}, place: 'lib/libsqlite3.so.0', findings: [] },
  {
    extension: { runpath: '/opt/lib' },
    place: 'os',
    findings: ['error shadowed-library bref/extensions/x.so libsqlite3.so.0'],
  },
])(
  'an extension with $extension loads $place on Lambda, according to the audit',
  async ({ extension, place, findings }) => {
    const sqlite = 'libsqlite3.so.0';
    await using folder = await prepare({
      files: {
        'opt/bin/php': { interpreter: x86Interpreter, rpath: '$ORIGIN/../lib' },
        'opt/bref/extensions/x.so': { needed: [sqlite], ...extension },
        [`installed/lib/${sqlite}`]: { soname: sqlite },
      },
      policy: { base: 'al2023', offered: { x86_64: [sqlite] } },
    });
    await chmod(folder.at('opt/bin/php'), 0o755);
    await folder.copyDependencies(folder.at('opt/bref/extensions'), folder.at('opt/lib'));
    const audit = await auditTree(await readTree(folder.at('opt')), {
      cpu: 'x86',
      policy: await readPolicy('al2023'),
      lowerLayers: [],
    });
    expect(audit.libraries).toEqual({ 'bref/extensions/x.so': { [sqlite]: place } });
    expect(
      audit.findings.map(({ severity, rule, file, subject }) => `${severity} ${rule} ${file} ${subject}`),
    ).toEqual(findings);
  },
);

test('leaves out a library of Lambda if only a DT_RPATH or the system leads to it', async () => {
  await using folder = await prepare({
    files: {
      program: { needed: ['liboffered.so.1', 'libabsent.so.1', 'libc.so.6'], rpath: '$ORIGIN/own' },
      'own/liboffered.so.1': {},
    },
    policy: { base: 'al2023', offered: { x86_64: ['liboffered.so.1', 'libabsent.so.1', 'libc.so.6'] } },
  });
  const result = await folder.copyDependencies('--list', folder.at('program'));
  expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
});

test('rejects a target whose library of the same name is another build, and copies nothing', async () => {
  await using folder = await prepare({
    files: {
      program: { needed: ['liba.so.1', 'libb.so.1'] },
      'libraries/liba.so.1': { soname: 'liba.so.1' },
      'libraries/libb.so.1': { soname: 'libb.so.1', data: 'new' },
      'lib/libb.so.1': { soname: 'libb.so.1', data: 'old' },
    },
  });
  const message = failure(await folder.copyDependencies(folder.at('program'), folder.at('lib')));
  expect(message).toBe(
    `${folder.at('lib/libb.so.1')} differs from ${folder.at('libraries/libb.so.1')}, the build of this library that the loader finds. ` +
      'A layer can have only one of them. Delete the wrong one.\n',
  );
  expect(await readdir(folder.at('lib'))).toEqual(['libb.so.1']);
});

test('accepts a target that has the same libraries', async () => {
  await using folder = await prepare({
    files: { program: { needed: ['liba.so.1'] }, 'libraries/liba.so.1': { soname: 'liba.so.1' } },
  });
  for (let run = 0; run < 2; run += 1) {
    const result = await folder.copyDependencies(folder.at('program'), folder.at('lib'));
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  }
});

test.each([
  {
    case: 'one name',
    files: {
      'files/a.so': { needed: ['libx.so.1'], rpath: '$ORIGIN/old' },
      'files/b.so': { needed: ['libx.so.1'], rpath: '$ORIGIN/new' },
      'files/old/libx.so.1': { soname: 'libx.so.1', data: 'old' },
      'files/new/libx.so.1': { soname: 'libx.so.1', data: 'new' },
    },
    paths: ['files/new/libx.so.1', 'files/old/libx.so.1'],
  },
  {
    case: 'two names',
    files: {
      'files/a.so': { needed: ['libx.so.1', 'libx.so'] },
      'libraries/libx.so.1': { soname: 'libx.so.1', data: 'new' },
      'libraries/libx.so': { soname: 'libx.so.1', data: 'old' },
    },
    paths: ['libraries/libx.so', 'libraries/libx.so.1'],
  },
])('rejects two builds of one library under $case, and copies nothing', async ({ files, paths }) => {
  await using folder = await prepare({ files });
  const message = failure(await folder.copyDependencies(folder.at('files'), folder.at('lib')));
  const [one, other] = paths.map((path) => folder.at(path));
  expect(message).toBe(
    `${one} and ${other} are different builds of libx.so.1. A process loads only one of them. Delete the wrong one.\n`,
  );
  expect(await readdir(folder.path)).not.toContain('lib');
});

test('rejects a policy without the CPU', async () => {
  await using folder = await prepare({
    files: { program: { machine: arm, ...needs } },
    policy: { base: 'al2023', offered },
  });
  const message = failure(await folder.copyDependencies(folder.at('program'), folder.at('lib')));
  expect(message).toMatch(/policy\.json lists no libraries for arm64 under "offered"/);
});

test.each([
  { input: 'nothing.so', message: /nothing\.so does not exist/ },
  { input: 'text.so', message: /text\.so is not an ELF file for one of Lambda's CPUs/ },
  { input: 'truncated.so', message: /truncated/ },
])('rejects $input', async ({ input, message }) => {
  await using folder = await prepare({
    files: {
      'text.so': 'text',
      'truncated.so': buildElf({ needed: ['liba.so'] })
        .toString('latin1')
        .slice(0, 60),
    },
  });
  expect(failure(await folder.copyDependencies(folder.at(input), folder.at('lib')))).toMatch(message);
});

test.each([
  { args: [], exitCode: 2 },
  { args: ['one', 'two', 'three'], exitCode: 2 },
  { args: ['--unknown', 'one', 'two'], exitCode: 2 },
  { args: ['--help'], exitCode: 0 },
])('prints its usage for the arguments $args', async ({ args, exitCode }) => {
  await using folder = await prepare({ files: {} });
  const result = await folder.copyDependencies(...args);
  expect(result.exitCode).toBe(exitCode);
  expect(result.stdout + result.stderr).toContain('usage: php copy-dependencies.php');
});
