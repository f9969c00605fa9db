import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { findIniDifferences, iniFiles } from './ini-values.ts';

/** Follows the recipe "Change an ini value" of CONTRIBUTING.md on a copy of its files. */
describe('the recipe "Change an ini value"', () => {
  let recipe = '';

  beforeAll(async () => {
    const guide = await readFile('.github/CONTRIBUTING.md', 'utf8');
    recipe = /^## Change an ini value\n([\s\S]*?)^## /m.exec(guide)?.[1] ?? '';
  });

  test('names every file that may have to change, and no other', () => {
    const named = [...recipe.matchAll(/`([\w.-]+\/[\w./-]+\.(?:ini|json))`|\]\(\.\.\/([\w./-]+)\)/g)].map(
      ([, path, link]) => path ?? link,
    );
    expect(new Set(named)).toEqual(new Set(iniFiles));
  });

  test('changes a value in two steps', async () => {
    await using copy = await copyIniFiles();
    await copy.replace(
      'php/runtime/function/bref/etc/php/conf.d/bref.ini',
      'memory_limit = 10240M',
      'memory_limit = 1G',
    );
    expect(await findIniDifferences(copy.path)).toEqual([
      'docs/ini.md: column "function" of memory_limit must be "1G"; got "10240M".',
    ]);
    await copy.replace('docs/ini.md', /^(\| memory_limit .*128M +\| )10240M/m, '$11G');
    expect(await findIniDifferences(copy.path)).toEqual([]);
  });

  test('adds a setting that php.ini-production set before', async () => {
    await using copy = await copyIniFiles();
    await copy.replace('php/runtime/fpm/bref/etc/php/conf.d/bref.ini', /$/, 'max_input_time = 30\n');
    expect(await findIniDifferences(copy.path)).toEqual([
      'Delete "max_input_time" from tests/layers/fpm/invocations/ini/values-from-php.json: ' +
        'php/runtime/fpm/bref/etc/php/conf.d/bref.ini sets it.',
      'docs/ini.md: column "FPM" of max_input_time must be "30"; got "60".',
    ]);
    await copy.replace('docs/ini.md', /^(\| max_input_time .*\| -1 +\| )60/m, '$130');
    await copy.replace(
      'tests/layers/fpm/invocations/ini/values-from-php.json',
      /^ {2}"max_input_time".*\n/m,
      '',
    );
    expect(await findIniDifferences(copy.path)).toEqual([]);
  });

  test('adds a setting that is new in docs/ini.md', async () => {
    await using copy = await copyIniFiles();
    await copy.replace('php/runtime/function/bref/etc/php/conf.d/bref.ini', /$/, 'precision = 17\n');
    expect(await findIniDifferences(copy.path)).toEqual([
      'docs/ini.md: column "function" of precision must be "17"; got absent.',
    ]);
    await copy.replace(
      'docs/ini.md',
      /^\| memory_limit .*\n/m,
      (row) => `${row}| precision | 14 | 14 | 14 | 17 | – | Reason |\n`,
    );
    expect(await findIniDifferences(copy.path)).toEqual([]);
  });
});

async function copyIniFiles() {
  const folder = await temporaryFolder();
  for (const file of iniFiles) await cp(file, join(folder.path, file));
  return {
    path: folder.path,
    async replace(
      file: string,
      from: string | RegExp,
      to: string | ((match: string) => string),
    ): Promise<void> {
      const path = join(folder.path, file);
      const text = await readFile(path, 'utf8');
      const changed = typeof to === 'string' ? text.replace(from, to) : text.replace(from, to);
      expect(changed).not.toBe(text);
      await writeFile(path, changed);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
