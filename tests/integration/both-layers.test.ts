import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import JSZip from 'jszip';
import { expect, test } from 'vitest';
import { cpuNames, hostCpu } from '#lib/layer/cpu.ts';
import { listZip } from '#lib/zip/list-zip.ts';
import { compareEntries } from '../../tools/verify/compare.ts';

const layer = `output/${cpuNames[hostCpu() ?? 'x86'].prefix}php-82`;
const [functionLayer, fpmLayer] = [`${layer}.zip`, `${layer}-fpm.zip`];
const exist = existsSync(functionLayer) && existsSync(fpmLayer);
// CI builds the layers first, so the tests must run there.
const testOfLayers = test.skipIf(!exist && !process.env.CI);
if (!exist)
  console.log(`${layer} and -fpm do not exist, so their tests are skipped. Run "make layers-php-82".`);

testOfLayers('php-82 and php-82-fpm differ in their bootstrap alone', async () => {
  const [ours, theirs] = await Promise.all([functionLayer, fpmLayer].map(list));
  expect(compareEntries(ours ?? [], theirs ?? []).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
    'changed bootstrap',
  ]);
});

// The layer tests of ini values trust the layer's own ini files, so changed ones have to be found here.
testOfLayers('the layers have the ini files of php/runtime unchanged', async () => {
  const zip = await JSZip.loadAsync(await readFile(functionLayer));
  const folder = 'php/runtime/shared';
  const files = globSync('bref/etc/**/*.{ini,conf}', { cwd: folder });
  expect(files).toContain('bref/etc/php/conf.d/bref.ini');
  for (const file of files) {
    expect(await zip.file(file)?.async('text')).toBe(await readFile(join(folder, file), 'utf8'));
  }
});

async function list(path: string) {
  return listZip(await readFile(path), path);
}
