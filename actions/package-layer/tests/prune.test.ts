import { describe, expect, test } from 'vitest';
import { readTree } from '#lib/layer/tree.ts';
import { buildElf, x86Interpreter } from '../../../tests/fixtures/elf-builder.ts';
import { type Content, makeTree } from '../../../tests/fixtures/layer-tree.ts';
import { pruneTree } from '../src/prune/prune.ts';
import type { PrunedTree } from '../src/prune/pruned-tree.ts';

async function prune(files: Readonly<Record<string, Content>>): Promise<PrunedTree> {
  await using fixture = await makeTree(files);
  return await pruneTree(await readTree(fixture.path));
}

const archive = '!<arch>\nx.o/';
const libtool = '# libx.la - a libtool library file\n';
const library = buildElf({ soname: 'libx.so.1' });

describe('leaves out', () => {
  test.each<[string, string, Content]>([
    ['lib/libx.a', 'static archive', archive],
    ['python/lib/config/libpython.a', 'static archive', archive],
    ['lib/libx.la', 'libtool archive', libtool],
    ['lib64/libx.la', 'libtool archive', libtool],
    ['include/x.h', 'header', '#pragma once\n'],
    ['include/c++/12/vector', 'header', '// -*- C++ -*-\n'],
    ['lib/pkgconfig/x.pc', 'pkg-config file', 'Name: x\n'],
    ['share/pkgconfig/x.pc', 'pkg-config file', 'Name: x\n'],
    ['lib/cmake/x/x-config.cmake', 'CMake file', 'set(x 1)\n'],
    ['share/aclocal/x.m4', 'Autoconf macro', 'AC_DEFUN\n'],
    ['share/man/man1/x.1', 'manual page', '.TH x\n'],
    ['man/man1/x.1.gz', 'manual page', '\x1f\x8b'],
    ['share/info/x.info', 'manual page', 'x'],
    ['share/doc/x/manual.html', 'documentation', '<html>'],
  ])('%s as %s', async (path, rule, content) => {
    const { tree, removed } = await prune({ bootstrap: 'x', [path]: content });
    expect(removed).toMatchObject([{ path, rule }]);
    expect(tree.entries.map((entry) => entry.path)).toEqual(['bootstrap']);
  });

  test('the bytes of removed files, and folders that contained only removed files', async () => {
    const { tree, removed } = await prune({ 'lib/x.txt': 'abc', 'lib/pkgconfig/x.pc': 'Name: x' });
    expect(removed).toEqual([{ path: 'lib/pkgconfig/x.pc', rule: 'pkg-config file', size: 7 }]);
    expect(tree.size).toBe(3);
    expect(tree.folders).toEqual(new Set(['lib']));
  });

  test('symlinks to removed files', async () => {
    const { removed } = await prune({
      bootstrap: 'x',
      'lib/libx.a': archive,
      'lib/liby.a': { link: 'libx.a' },
      'share/man/man1/y.1': { link: 'x.1' },
    });
    expect(removed.map(({ path }) => path)).toEqual(['lib/libx.a', 'lib/liby.a', 'share/man/man1/y.1']);
  });

  test('but rejects a layer tree without other files', async () => {
    await expect(prune({ 'include/x.h': 'x' })).rejects.toThrow('set "prune" to false');
  });
});

describe('keeps', () => {
  test.each<[string, string, Content]>([
    ['a program in a folder of documentation', 'share/doc/x/example', { bytes: 'echo\n', mode: 0o755 }],
    ['a script that is not executable', 'share/doc/x/example.sh', '#!/bin/sh\n'],
    ['a library between headers', 'include/plugin.so', { bytes: library, mode: 0o644 }],
    ['another file with the name of an archive', 'lib/data.a', 'no archive'],
    ['a symlink with the name of an archive', 'lib/liby.a', { link: '../bootstrap' }],
    ['a plug-in that libltdl opens by its .la file', 'lib/ImageMagick/coders/png.la', libtool],
    ['a header in a Python package', 'python/numpy/include/x.h', '#pragma once\n'],
    ['a license', 'share/doc/x/copyright', 'MIT'],
    ['a license in GNU style', 'share/doc/x/COPYING.LESSER', 'LGPL'],
    ['a license text', 'share/licenses/x/LICENSE', 'MIT'],
    ['a man folder below another folder', 'app/man/x.1', 'x'],
  ])('%s', async (_, path, content) => {
    const { removed, tree } = await prune({ bootstrap: 'x', [path]: content });
    expect(removed).toEqual([]);
    expect(tree.entries.map((entry) => entry.path)).toContain(path);
  });
});

describe('equal libraries in one folder', () => {
  test('become symlinks to the library named by the SONAME', async () => {
    const { tree, linked } = await prune({
      'lib/libx.so': library,
      'lib/libx.so.1': library,
      'lib/libx.so.1.2.3': library,
    });
    expect(linked).toEqual([
      { path: 'lib/libx.so', target: 'libx.so.1', size: library.length },
      { path: 'lib/libx.so.1.2.3', target: 'libx.so.1', size: library.length },
    ]);
    expect(tree.entries).toMatchObject([
      { type: 'symlink', path: 'lib/libx.so', target: 'libx.so.1' },
      { type: 'file', path: 'lib/libx.so.1' },
      { type: 'symlink', path: 'lib/libx.so.1.2.3', target: 'libx.so.1' },
    ]);
    expect(tree.size).toBe(library.length);
  });

  test('become symlinks to the first if no name is the SONAME', async () => {
    const nameless = buildElf({});
    const { linked } = await prune({ 'lib/a.so': nameless, 'lib/b.so': nameless });
    expect(linked).toEqual([{ path: 'lib/b.so', target: 'a.so', size: nameless.length }]);
  });

  test.each<[string, Readonly<Record<string, Content>>]>([
    ['in two folders', { 'lib/libx.so.1': library, 'lib/private/libx.so.1': library }],
    ['with other permissions', { 'lib/libx.so': library, 'lib/libx.so.1': { bytes: library, mode: 0o644 } }],
    [
      'that are programs',
      {
        'lib/a.so': buildElf({ interpreter: x86Interpreter }),
        'lib/b.so': buildElf({ interpreter: x86Interpreter }),
      },
    ],
    ['that are scripts of the linker', { 'lib/a.so': 'INPUT(x)', 'lib/b.so': 'INPUT(x)' }],
    ['that are broken', { 'lib/a.so': library.subarray(0, 90), 'lib/b.so': library.subarray(0, 90) }],
    ['that are empty', { 'lib/a.so': '', 'lib/b.so': '' }],
    ['that are scripts', { 'bin/a': '#!/bin/sh\n', 'bin/b': '#!/bin/sh\n' }],
    [
      'of equal size but different content',
      { 'lib/a.so': buildElf({ data: 'a' }), 'lib/b.so': buildElf({ data: 'b' }) },
    ],
  ])('%s stay as they are', async (_, files) => {
    const { linked, tree } = await prune(files);
    expect(linked).toEqual([]);
    expect(tree.entries.every(({ type }) => type === 'file')).toBe(true);
  });
});
