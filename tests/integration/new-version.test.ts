import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runBundle } from '../helpers/run-bundle.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const suite = resolve(import.meta.dirname, '../..');

/** What a build reads of the suite, as a contributor's checkout has it. */
async function checkOut(folder: string): Promise<void> {
  for (const name of [
    ...['Makefile', 'package.json', 'package-lock.json', 'bases', 'keys', 'layers', 'php', 'php-82'],
    ...['images', 'policies', 'training', 'utils'],
  ]) {
    await cp(join(suite, name), join(folder, name), { recursive: true });
  }
  // Archives that were fetched once need not be fetched again.
  const sources = '.cache/sources';
  await mkdir(join(folder, sources), { recursive: true });
  for (const name of await readdir(join(suite, sources)).catch(() => [])) {
    await cp(join(suite, sources, name), join(folder, sources, name));
  }
}

/** Copies a version's folder and replaces the number. The sources stay: no later PHP can be had without php.net. */
async function addVersion(folder: string, from: string, to: string): Promise<void> {
  const [copied, added] = [join(folder, `php-${from}`), join(folder, `php-${to}`)];
  await cp(copied, added, { recursive: true });
  const dockerfile = join(added, 'Dockerfile');
  const dotted = (digits: string) => digits.split('').join('.');
  const text = await readFile(dockerfile, 'utf8');
  expect(text).toContain(`PHP ${dotted(from)}`);
  await writeFile(dockerfile, text.replaceAll(`PHP ${dotted(from)}`, `PHP ${dotted(to)}`));
}

test('copying a folder and replacing the number is all that a new version takes', {
  timeout: 900_000,
}, async () => {
  await using folder = await temporaryFolder();
  await checkOut(folder.path);
  await addVersion(folder.path, '82', '86');

  const { stdout } = await promisify(execFile)('make', ['help'], { cwd: folder.path });
  expect(stdout).toContain('Versions: 82 86');

  const built = await runBundle({
    action: 'build-php',
    folder: folder.path,
    inputs: { 'php-version': '86', profile: 'quick', until: 'configured' },
  });
  expect(built.stderr).toBe('');
  expect(built.outputs).toMatchObject({ php: '8.2.32', layers: '' });
  expect(built.stdout).toContain('Configure PHP 8.2.32 (quick, x86, ');
});
