import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  readVersions,
  versionsPath,
  writeVersions,
} from '../../../../actions/publish-layer/src/report/versions.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

test("a run's layers replace their entries whole, and other layers keep theirs", async () => {
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

test('a folder without the file has no versions', async () => {
  await using folder = await temporaryFolder();
  expect(await readVersions(versionsPath(folder.path))).toEqual({});
});

test.each(['', '[]', '{"php-82":3}', '{"php-82":{"eu-west-1":"three"}}'])(
  'a file of %j is refused',
  async (json) => {
    await using folder = await temporaryFolder();
    await writeFile(versionsPath(folder.path), json);
    await expect(readVersions(versionsPath(folder.path))).rejects.toThrow(
      /versions.json must be .*move it away/,
    );
  },
);

test("numbers that are texts, as in Bref's layers.json, are numbers", async () => {
  await using folder = await temporaryFolder();
  await writeFile(versionsPath(folder.path), '{"php-82":{"eu-west-1":"3"}}');
  expect(await readVersions(versionsPath(folder.path))).toEqual({ 'php-82': { 'eu-west-1': 3 } });
});
