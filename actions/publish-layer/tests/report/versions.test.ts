import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import {
  collectVersions,
  describeDifferences,
  readVersions,
  versionsPath,
  writeVersions,
} from '../../src/report/versions-file.ts';
import { createFailure, createResult } from '../result-fixture.ts';

describe('collectVersions', () => {
  test('has the numbers of all layers that did not fail, sorted by name', () => {
    const results = [
      createFailure(),
      createResult({}),
      createResult({ layer: 'console', region: 'us-west-1', outcome: 'unchanged', number: 9 }),
      createResult({ layer: 'console', outcome: 'would publish', number: 1 }),
      createResult({ layer: 'console', region: 'af-south-1', outcome: 'granted', number: 2 }),
    ];
    expect(JSON.stringify(collectVersions(results, {}))).toBe(
      '{"console":{"af-south-1":2,"us-west-1":9},"php-82":{"eu-west-1":3}}',
    );
  });

  test('keeps previous numbers of omitted and failed optional regions, but not of other failed regions', () => {
    const previous = {
      'php-82': { 'eu-west-1': 2, 'us-east-1': 2, 'me-south-1': 1, 'af-south-1': 2 },
      'php-74': { 'eu-west-1': 80 },
    };
    const results = [
      createResult({}),
      createFailure(),
      createFailure({ region: 'af-south-1', isOptional: true }),
    ];
    expect(collectVersions(results, previous)).toEqual({
      'php-82': { 'af-south-1': 2, 'eu-west-1': 3, 'me-south-1': 1 },
    });
  });
});

test.each([
  [{ 'php-82': { a: 5, b: 5 }, console: { a: 1 } }, []],
  [{ 'php-82': { a: 5, b: 3, c: 5 } }, ['php-82: 5 in a, c; 3 in b']],
  [{ x: { a: 5, b: 5, c: 5, d: 5, e: 3, f: 4 } }, ['x: 5 in 4 regions; 3 in e; 4 in f']],
])('describes the differences of %j', (versions, differences) => {
  expect(describeDifferences(versions)).toEqual(differences);
});

test("a run's layers replace their entries, and other layers keep theirs", async () => {
  await using folder = await temporaryFolder();
  await writeVersions(
    folder.path,
    { 'php-82': { 'us-east-1': 1, 'eu-west-1': 1 }, 'arm-php-82': { a: 4 } },
    {},
  );
  const earlier = await readVersions(versionsPath(folder.path));
  await writeVersions(folder.path, { 'php-82': { 'eu-west-1': 2 } }, earlier);
  expect(await readFile(versionsPath(folder.path), 'utf8')).toBe(`{
  "arm-php-82": {
    "a": 4
  },
  "php-82": {
    "eu-west-1": 2
  }
}
`);
});

test('a missing file has no versions', async () => {
  await using folder = await temporaryFolder();
  expect(await readVersions(versionsPath(folder.path))).toEqual({});
});

test("numbers may be strings, as in Bref's layers.json", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'layers.json');
  await writeFile(path, '{"php-82":{"eu-west-1":"25"}}');
  expect(await readVersions(path)).toEqual({ 'php-82': { 'eu-west-1': 25 } });
});

test.each(['', '[]', '{"php-82":3}', '{"php-82":{"eu-west-1":""}}', '{"php-82":{"eu-west-1":1.5}}'])(
  'refuses a file with the content %j',
  async (json) => {
    await using folder = await temporaryFolder();
    await writeFile(versionsPath(folder.path), json);
    await expect(readVersions(versionsPath(folder.path))).rejects.toThrow(
      /versions.json must have the form .*Move it away/,
    );
  },
);
