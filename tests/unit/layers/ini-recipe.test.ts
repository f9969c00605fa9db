import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { findIniDifferences, iniFiles } from './ini-values.ts';

const brefIni = 'php/runtime/shared/bref/etc/php/conf.d/bref.ini';
const fpmIni = 'php/runtime/shared/bref/etc/php/php-fpm.d/php-fpm.ini';
const functionValues = 'tests/layers/function/scripts/_values-from-php.json';
const fpmValues = 'tests/layers/fpm/invocations/ini/values-from-php.json';

/** Small files that agree. The real ones may change, and ini-documentation.test.ts compares those. */
const agreeingFiles: Readonly<Record<string, string>> = {
  [brefIni]: 'memory_limit = 10240M\nopcache.file_cache = /tmp\n',
  [fpmIni]: 'opcache.file_cache =\n',
  [functionValues]: '{\n  "max_input_time": "-1",\n  "enable_dl": "0"\n}\n',
  [fpmValues]: '{\n  "max_input_time": "60",\n  "enable_dl": "0"\n}\n',
  'docs/ini.md': `# Values

| Setting            | production | function | FPM    | Decision |
| ------------------ | ---------- | -------- | ------ | -------- |
| memory_limit       | 128M       | 10240M   | 10240M | Reason   |
| max_input_time     | 60         | -1       | 60     | Reason   |
| enable_dl          | 0          | 0        | 0      | Reason   |
| opcache.file_cache | –          | /tmp     | empty  | Reason   |
`,
};

/** Follows the recipe "Change an ini value" of CONTRIBUTING.md. */
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
    expect(new Set(named)).toEqual(iniFiles);
  });

  test('changes a value of both runtimes in two steps', async () => {
    await using files = await writeIniFiles();
    await files.replace(brefIni, 'memory_limit = 10240M', 'memory_limit = 1G');
    expect(await findIniDifferences(files.path)).toEqual([
      'docs/ini.md: column "function" of memory_limit must be "1G"; got "10240M".',
      'docs/ini.md: column "FPM" of memory_limit must be "1G"; got "10240M".',
    ]);
    await files.replace('docs/ini.md', /^(\| memory_limit .*128M +\|) 10240M +\| 10240M/m, '$1 1G | 1G');
    expect(await findIniDifferences(files.path)).toEqual([]);
  });

  test('changes a value of PHP-FPM that bref.ini sets, too', async () => {
    await using files = await writeIniFiles();
    await files.replace(fpmIni, 'opcache.file_cache =', 'opcache.file_cache = /tmp/fpm');
    expect(await findIniDifferences(files.path)).toEqual([
      'docs/ini.md: column "FPM" of opcache.file_cache must be "/tmp/fpm"; got "".',
    ]);
    await files.replace('docs/ini.md', /^(\| opcache.file_cache .*) empty/m, '$1 /tmp/fpm');
    expect(await findIniDifferences(files.path)).toEqual([]);
  });

  test('adds a setting that php.ini-production set before', async () => {
    await using files = await writeIniFiles();
    await files.replace(fpmIni, /$/, 'max_input_time = 30\n');
    expect(await findIniDifferences(files.path)).toEqual([
      `Delete "max_input_time" from ${fpmValues}: ${fpmIni} sets it.`,
      'docs/ini.md: column "FPM" of max_input_time must be "30"; got "60".',
    ]);
    await files.replace('docs/ini.md', /^(\| max_input_time .*\| -1 +\| )60/m, '$130');
    await files.replace(fpmValues, /^ {2}"max_input_time".*\n/m, '');
    expect(await findIniDifferences(files.path)).toEqual([]);
  });

  test('changes a value that depends on the PHP version', async () => {
    await using files = await writeIniFiles();
    await files.replace(fpmValues, '"enable_dl": "0"', '"enable_dl": { "8.2": "0", "8.4": "1" }');
    expect(await findIniDifferences(files.path)).toEqual([
      'docs/ini.md: column "FPM" of enable_dl must be "0; 1 from 8.4"; got "0".',
    ]);
    await files.replace('docs/ini.md', /^(\| enable_dl .*\| 0 +\| 0 +\|) 0 +/m, '$1 0; 1 from 8.4 ');
    expect(await findIniDifferences(files.path)).toEqual([]);
  });

  test('adds a setting that is new in docs/ini.md', async () => {
    await using files = await writeIniFiles();
    await files.replace(fpmIni, /$/, 'precision = 17\n');
    expect(await findIniDifferences(files.path)).toEqual([
      'docs/ini.md: column "FPM" of precision must be "17"; got absent.',
    ]);
    await files.replace(
      'docs/ini.md',
      /^\| memory_limit .*\n/m,
      (row) => `${row}| precision | 14 | – | 17 | Reason |\n`,
    );
    expect(await findIniDifferences(files.path)).toEqual([]);
  });
});

async function writeIniFiles() {
  const folder = await temporaryFolder();
  for (const [file, content] of Object.entries(agreeingFiles)) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await writeFile(join(folder.path, file), content);
  }
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
