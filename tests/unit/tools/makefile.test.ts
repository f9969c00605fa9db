import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** Runs make in a checkout without layers, whose setup only tells that it ran. */
async function make(folder: string, ...words: readonly string[]) {
  const files = {
    'package-lock.json': '{}',
    'node_modules/.package-lock.json': '{}',
    'php-82/Dockerfile': '',
    'tools/setup/main.ts': "console.log('setup ran');",
  };
  await copyFile('Makefile', join(folder, 'Makefile'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const { MAKEFLAGS: _flags, ...env } = process.env;
  return await promisify(execFile)('make', words, { cwd: folder, env }).catch((error) => error);
}

test.each([
  ['test-82', 'make docker-images-php-82'],
  ['test-function', 'make layers-php-82'],
  ['test-fpm', 'make layers-php-82'],
  ['shell-php-82', 'make layers-php-82'],
  ['run-php-82-fpm', 'make layers-php-82'],
])('make %s names the missing layer before setup may install anything', async (target, command) => {
  await using folder = await temporaryFolder();
  const { code, stdout, stderr } = await make(folder.path, target, 'CPU=arm');
  expect(stdout).not.toContain('setup ran');
  expect(stderr).toContain(`Build it with: ${command} CPU=arm`);
  expect(code).toBe(2);
});

test('make shell-php-82 sets up the machine if the layer exists', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'output'));
  await writeFile(join(folder.path, 'output/php-82.zip'), '');
  expect((await make(folder.path, 'shell-php-82')).stdout).toContain('setup ran');
});
