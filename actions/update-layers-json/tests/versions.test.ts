import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../tests/helpers/temporary-folder.ts';
import { readVersions } from '../src/version-files.ts';

test("a publish job's output is taken as it is", async () => {
  expect(await readVersions('{"php-82": {"eu-west-1": 3}}')).toEqual({ 'php-82': { 'eu-west-1': 3 } });
});

test('of files with the same layer the later attempt counts, also the tenth', async () => {
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
  ['{}', /has no version of any layer/],
  ['{"php-82": {}}', /has no version of any layer/],
  ['nowhere/*.json', /nothing is there; got "nowhere/],
])('%j is refused', async (given, message) => {
  await expect(readVersions(given)).rejects.toThrow(message);
});

test('a file that is broken is named', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'versions.json');
  await writeFile(path, '{"php-82":');
  await expect(readVersions(path)).rejects.toThrow(`${path} must be`);
});
