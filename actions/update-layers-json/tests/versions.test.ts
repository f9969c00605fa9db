import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { readVersions } from '../src/version-files.ts';

test('accepts the output of publish-layer', async () => {
  expect(await readVersions('{"php-82": {"eu-west-1": 3}}')).toEqual({ 'php-82': { 'eu-west-1': 3 } });
});

test('prefers the file of the latest attempt and sorts attempts as numbers', async () => {
  await using folder = await temporaryFolder();
  for (const [attempt, json] of [
    [2, '{"php-82": {"eu-west-1": 4, "us-east-1": 4}}'],
    [10, '{"php-82": {"eu-west-1": 5}}'],
    [1, '{"php-82": {"eu-west-1": 3}, "console": {"eu-west-1": 1}}'],
  ] as const) {
    await mkdir(join(folder.path, `versions-php-82-${attempt}`));
    await writeFile(join(folder.path, `versions-php-82-${attempt}/versions.json`), json);
  }
  expect(await readVersions(join(folder.path, 'versions-*/versions.json'))).toEqual({
    'php-82': { 'eu-west-1': 5, 'us-east-1': 4 },
    console: { 'eu-west-1': 1 },
  });
});

test.each([
  ['{"php-82": 3}', /Input "versions" must be/],
  ['{}', /must contain at least one layer version/],
  ['{"php-82": {}}', /must contain at least one layer version/],
  ['nowhere/*.json', /no file matches "nowhere/],
])('rejects %j', async (input, message) => {
  await expect(readVersions(input)).rejects.toThrow(message);
});

test('names a file that is not JSON', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'versions.json');
  await writeFile(path, '{"php-82":');
  await expect(readVersions(path)).rejects.toThrow(`${path} must be`);
});
