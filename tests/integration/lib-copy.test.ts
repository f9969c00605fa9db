import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findDocker } from '#lib/docker/client.ts';
import { type Command, type CommandResult, createRun } from '#lib/node/command.ts';
import { buildElf, type ElfDescription } from '../fixtures/elf-builder.ts';
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
      env: { LD_LIBRARY_PATH: at('libraries') },
    });
  return { ...folder, at, copyDependencies, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

/** Returns this machine's php if it has one, otherwise the php of the image build-php-82. */
async function findPhp(folder: string): Promise<Command> {
  const found = await run(['php', '-v'], { allowFailure: true }).catch(() => undefined);
  if (found?.exitCode === 0) return ['php'];
  const mount = `${folder}:${folder}`;
  const docker = await findDocker(run);
  const env = ['--env', `LD_LIBRARY_PATH=${join(folder, 'libraries')}`];
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
