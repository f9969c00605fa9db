import { link, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { expect, test } from 'vitest';
import { readArchive } from '../../../tools/policy/root-file-system.ts';
import { buildElf } from '../../fixtures/elf-builder.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

test('readArchive reads the libraries of an archive and follows its links', async () => {
  await using folder = await temporaryFolder();
  const at = (path: string): string => join(folder.path, 'root', path);
  await mkdir(at('usr/lib64'), { recursive: true });
  await mkdir(at('etc'));
  await writeFile(
    at('usr/lib64/libz.so.1.3'),
    buildElf({ soname: 'libz.so.1', versionDefinitions: ['ZLIB_1.3'] }),
  );
  await link(at('usr/lib64/libz.so.1.3'), at('usr/lib64/libhard.so'));
  await symlink('libz.so.1.3', at('usr/lib64/libz.so.1'));
  await symlink('usr/lib64', at('lib64'));
  await symlink('/lib64/libz.so.1', at('etc/absolute.so'));
  await symlink('../../../../usr/none', at('etc/gone'));
  await writeFile(at('usr/lib64/libscript.so'), 'INPUT(libz.so.1)');
  await writeFile(at('usr/lib64/libbroken.so'), buildElf().subarray(0, 90));
  await writeFile(at('etc/os-release'), 'ID=test');
  const file = join(folder.path, 'root.tar');
  await create({ file, cwd: join(folder.path, 'root') }, ['.']);

  const root = await readArchive(file);
  expect(root.library('/lib64/libz.so.1')).toMatchObject({
    soname: 'libz.so.1',
    versionDefinitions: ['ZLIB_1.3'],
  });
  expect(root.library('/lib64/libhard.so')?.soname).toBe('libz.so.1');
  expect(root.library('/etc/absolute.so')?.soname).toBe('libz.so.1');
  for (const path of [
    '/lib64/libscript.so',
    '/lib64/libbroken.so',
    '/etc/os-release',
    '/etc/gone',
    '/none',
  ]) {
    expect(root.library(path), path).toBeUndefined();
  }
  expect(root.folder('/lib64')).toBe('usr/lib64');
  expect(root.folder('/etc/os-release')).toBeUndefined();
  expect([...root.names('usr/lib64')].sort()).toEqual([
    'libbroken.so',
    'libhard.so',
    'libscript.so',
    'libz.so.1',
    'libz.so.1.3',
  ]);
  expect(['/etc/os-release', '/lib64/', '/etc/gone', '/'].map(root.has)).toEqual([true, true, false, true]);
});
