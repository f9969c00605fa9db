import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

const program = resolve(import.meta.dirname, '../../../tools/each-version/main.ts');

/** A Makefile in which the sources of 84 are unavailable, and 85 does not compile. */
const makefile = `
sources-%:
	@test $* != 84 || { printf 'Error: The source of php is unavailable:\\n  caused by: fetch failed\\n  caused by: no such host\\n' >&2; exit 1; }
php-%:
	@echo building $*
	@test $* != 85 || { echo 'Error: The build failed.' >&2; exit 1; }
`;

function runEachVersion(folder: string, ...args: readonly string[]) {
  return new Promise<{ code: number | null; stdout: string }>((done) => {
    const child = execFile(process.execPath, [program, ...args], { cwd: folder }, (_error, stdout) =>
      done({ code: child.exitCode, stdout }),
    );
  });
}

test('a failed version does not stop the others, and the summary names its innermost cause', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'Makefile'), makefile);
  const { code, stdout } = await runEachVersion(folder.path, '--first', 'sources', 'php', '83', '84', '85');
  expect(code).toBe(1);
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual([
    'building 83',
    'building 85',
    'php:',
    '  PHP 83: ok',
    '  PHP 84: Error: The source of php is unavailable: no such host',
    '  PHP 85: Error: The build failed.',
  ]);
});

test('a single successful version has no summary', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'Makefile'), makefile);
  expect(await runEachVersion(folder.path, '--first', 'sources', 'php', '83')).toEqual({
    code: 0,
    stdout: 'building 83\n',
  });
});

test('rejects a call without a target', async () => {
  await using folder = await temporaryFolder();
  expect(await runEachVersion(folder.path)).toEqual({ code: 1, stdout: '' });
});
