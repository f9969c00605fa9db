import { expect, test } from 'vitest';
import { readImportGraph, resolveImport } from './import-graph.ts';
import { findCycles, findViolations } from './import-rules.ts';

const graph = readImportGraph();

test('no import of this repository crosses a boundary', () => {
  expect(graph.size).toBeGreaterThan(300);
  expect(findViolations(graph)).toEqual([]);
});

test('no files import each other in a circle, type imports included', () => {
  expect(findCycles(graph)).toEqual([]);
});

test.each([
  ['actions/a/src/run.ts', 'actions/b/src/run.ts', 'An action never imports another action.'],
  ['lib/aws/x.ts', 'actions/a/src/run.ts', 'lib imports no action.'],
  ['lib/aws/x.ts', 'tools/a/main.ts', 'Only tests import tools.'],
  ['lib/aws/x.ts', 'tests/fixtures/a.ts', 'Only tests and benches import tests.'],
  ['actions/a/src/run.ts', 'tests/fixtures/a.ts', 'Only tests and benches import tests.'],
  ['tools/a/main.ts', 'actions/a/src/zip/zip.ts', 'Only modules directly in src/'],
  ['tests/unit/a.test.ts', 'actions/a/src/zip/zip.ts', 'Only modules directly in src/'],
  ['actions/a/tests/a.test.ts', 'actions/b/src/run.ts', 'An action never imports another action.'],
  ['tools/a/main.ts', 'bench/measure.ts', 'Only tests import benches.'],
])('%s may not import %s', (importer, imported, rule) => {
  expect(findViolations(new Map([[importer, [imported]]]))).toMatchObject([
    { rule: expect.stringContaining(rule) },
  ]);
});

test.each([
  ['actions/a/src/run.ts', 'lib/node/errors.ts'],
  ['actions/a/tests/zip.test.ts', 'actions/a/src/zip/zip.ts'],
  ['actions/a/tests/zip.test.ts', 'tests/fixtures/temporary-folder.ts'],
  ['tests/integration/a.test.ts', 'actions/a/src/run.ts'],
  ['bench/a/bench.ts', 'actions/a/src/inputs.ts'],
  ['tests/unit/tools/a.test.ts', 'tools/a/feeds.ts'],
])('%s may import %s', (importer, imported) => {
  expect(findViolations(new Map([[importer, [imported]]]))).toEqual([]);
});

test('a cycle is found through other files, and each is named', () => {
  const cyclic = new Map([
    ['a.ts', ['b.ts']],
    ['b.ts', ['c.ts', 'd.ts']],
    ['c.ts', ['a.ts']],
    ['d.ts', []],
  ]);
  expect(findCycles(cyclic)).toEqual([['a.ts', 'b.ts', 'c.ts']]);
});

test('imports are resolved as Node resolves them', () => {
  expect(resolveImport('#lib/node/errors.ts', 'actions/a/src/run.ts')).toBe('lib/node/errors.ts');
  expect(resolveImport('../b.ts', 'lib/aws/c/d.ts')).toBe('lib/aws/b.ts');
  expect(resolveImport('vitest', 'lib/aws/c/d.ts')).toBeUndefined();
});
