import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { writeFiles } from './write-files.ts';

// https://github.com/actions/download-artifact/blob/v8.0.1/src/download-artifact.ts
test.each([
  ['an artifact by name, into the path', { INPUT_NAME: 'layers-php-82' }, ['php-82.zip']],
  ['the only artifact that matches, into the path', { INPUT_PATTERN: 'digests-*' }, ['images.json']],
  [
    'several artifacts, into a folder each',
    { INPUT_PATTERN: 'layers-*' },
    ['layers-php-82/php-82.zip', 'layers-php-83/php-83.zip'],
  ],
])('the stand-in of the rehearsal downloads %s', async (_case, inputs, expected) => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, {
    'artifacts/layers-php-82/php-82.zip': '',
    'artifacts/layers-php-83/php-83.zip': '',
    'artifacts/digests-php-82/images.json': '',
  });
  const path = join(folder.path, 'target');
  const env = { ...process.env, REHEARSAL_FOLDER: folder.path, INPUT_PATH: path, ...inputs };
  const action = resolve('tests/rehearsal/actions/download-artifact/download.mjs');
  await promisify(execFile)(process.execPath, [action], { env });
  expect(globSync('**/*.*', { cwd: path }).sort()).toEqual(expected);
});
