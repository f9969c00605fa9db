import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { layerNames, metadataPath, placeTrees } from '../src/trees.ts';

test('puts the prefix of the CPU before every layer but console', () => {
  expect(layerNames('83', 'arm')).toEqual({
    function: 'arm-php-83',
    fpm: 'arm-php-83-fpm',
    console: 'console',
  });
});

test('builds of two versions that end at the same time both place the console layer', async () => {
  await using folder = await temporaryFolder();
  const output = join(folder.path, 'output');
  const dependencies = {
    log: silentLogger(),
    signal: AbortSignal.timeout(60_000),
    cacheFolder: join(folder.path, 'cache'),
  };
  const place = async (version: string, round: number) => {
    const layers = [`php-${version}`, 'console'];
    const finished = join(folder.path, `${version}-${round}`);
    for (const layer of layers) {
      await mkdir(join(finished, layer), { recursive: true });
      for (let file = 0; file < 20; file++) await writeFile(join(finished, layer, String(file)), version);
      await writeFile(metadataPath(finished, layer), version);
    }
    await placeTrees(finished, output, layers, dependencies);
  };
  for (let round = 0; round < 12; round++) {
    await Promise.all([place('82', round), place('83', round)]);
    const tree = await readFile(join(output, 'console/0'), 'utf8');
    expect(await readFile(metadataPath(output, 'console'), 'utf8')).toBe(tree);
  }
});
