import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// Layers on another base image are not Lambda's. Only a test may make them.
test('no workflow and no target that publishes to AWS replaces the base image', () => {
  const files = [...globSync('.github/workflows/*.yml'), 'Makefile'];
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => readFileSync(file, 'utf8').includes('base-image'))).toEqual([]);
});
