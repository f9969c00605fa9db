import { expect, test } from 'vitest';
import { createPathResolver } from '#lib/audit/layer-paths.ts';
import { stackLayers } from '#lib/audit/stack.ts';
import { readTree } from '#lib/layer/tree.ts';
import { makeTree } from '../../../fixtures/layer-tree.ts';

test('the resolver follows paths through folders and symlinks as Lambda does', async () => {
  await using fixture = await makeTree({
    'lib/libx.so.1.2': 'x',
    'lib/libx.so.1': { link: 'libx.so.1.2' },
    'lib/absolute.so': { link: '/opt/lib/libx.so.1' },
    'lib/out': { link: '../../etc/passwd' },
    'lib/back': { link: 'forth' },
    'lib/forth': { link: 'back' },
    'lib/gone': { link: 'nothing' },
    lib64: { link: 'lib' },
  });
  const resolve = createPathResolver(stackLayers([], await readTree(fixture.path)).paths);
  const cases = {
    '/opt/lib/libx.so.1': { kind: 'file', path: 'lib/libx.so.1.2' },
    '/opt/bin/../lib/./libx.so.1': { kind: 'missing' },
    '/opt/lib/../lib//libx.so.1': { kind: 'file', path: 'lib/libx.so.1.2' },
    '/opt/lib64/absolute.so': { kind: 'file', path: 'lib/libx.so.1.2' },
    '/opt/lib': { kind: 'folder', path: 'lib' },
    '/opt': { kind: 'folder', path: '' },
    '/opt/lib/out': { kind: 'outside', path: '/etc/passwd' },
    '/opt/lib/back': { kind: 'loop' },
    '/opt/lib/gone': { kind: 'missing' },
    '/opt/lib/libx.so.1/more': { kind: 'missing' },
    '/lib64': { kind: 'outside', path: '/lib64' },
    '/optical': { kind: 'outside', path: '/optical' },
  };
  const results = Object.fromEntries(Object.keys(cases).map((path) => [path, resolve(path)]));
  expect(results).toEqual(cases);
});
