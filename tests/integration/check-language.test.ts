import { execFileSync, spawnSync } from 'node:child_process';
import { cp, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

// Not written in one piece: this file has to pass the check too.
const badClause = ['What', 'is bundled is audited.'].join(' ');
const badStart = ['Whoever', 'builds it.'].join(' ');
const badWord = ['Is made', 'anew.'].join(' ');

const program = resolve('tools/check-language/main.ts');

/** A repository of one commit with the rules of this one and a page. */
async function makeRepository(folder: string, page: string, subject: string): Promise<void> {
  await cp('.vale.ini', join(folder, '.vale.ini'));
  await symlink(resolve('.vale'), join(folder, '.vale'));
  await writeFile(join(folder, 'page.md'), page);
  await writeFile(join(folder, 'code.ts'), `throw new Error('${badClause}');\n// ${badWord}\n`);
  await writeFile(join(folder, 'Dockerfile'), `# ${badStart}\nFROM scratch\n`);
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, ...args]);
  git('init', '--quiet');
  git('add', 'page.md');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', subject);
}

test('names each sentence that breaks a rule, in pages, comments and messages, and each subject', async () => {
  await using folder = await temporaryFolder();
  await makeRepository(folder.path, `${badClause}\n`, 'Made a page');
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder.path, encoding: 'utf8' });
  expect(stderr.split('\n')).toEqual([
    expect.stringContaining('code.ts:1: Do not start a clause'),
    expect.stringContaining("code.ts:2: Use 'again' instead of"),
    expect.stringContaining('Dockerfile:1: Do not start a clause'),
    expect.stringContaining('page.md:1: Do not start a clause'),
    expect.stringMatching(/^Commit [0-9a-f]+: the subject "Made a page" must have the form/),
    expect.stringMatching(/break a rule of .*: 4\. .*: 1\. Rewrite them\.$/),
    '',
  ]);
  expect(status).toBe(1);
});

test('accepts plain sentences', async () => {
  await using folder = await temporaryFolder();
  await makeRepository(folder.path, 'The bundled libraries are audited.\n', 'docs: add a page');
  await writeFile(join(folder.path, 'code.ts'), "throw new Error('The zip has no entries.');\n");
  await writeFile(join(folder.path, 'Dockerfile'), '# Builds the image.\nFROM scratch\n');
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder.path, encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
});
