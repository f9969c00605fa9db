import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BaseIdentity } from '#lib/base-os/base-os.ts';
import { temporaryFolder } from '../../../tests/helpers/temporary-folder.ts';
import { finishTrees } from '../src/finish.ts';
import { buildIn } from './build-fixture.ts';

const image = { image: 'base:arm', id: 'sha256:1' };

test.each<[BaseIdentity['compilation'], string, boolean]>([
  ['native', 'release', true],
  ['cross', 'release', true],
  ['emulated', 'quick', false],
])(
  'a release that is compiled %s is %s, and may be published: %s',
  async (compilation, profile, publishable) => {
    await using folder = await temporaryFolder();
    const trees = join(folder.path, 'trees');
    for (const tree of ['function', 'fpm', 'console']) await mkdir(join(trees, tree), { recursive: true });
    await writeFile(join(trees, 'facts.json'), '{ "components": [] }');
    await mkdir(join(folder.path, 'php/bases/al2023/layer'), { recursive: true });
    await writeFile(join(folder.path, 'php/bases/al2023/layer/waivers.txt'), '');
    await mkdir(join(folder.path, 'profile'));
    const base: BaseIdentity = { ...image, base: 'al2023', compilation, build: { ...image, cpu: 'arm' } };
    const finished = join(folder.path, 'finished');
    await finishTrees({ trees, key: 'abc', sources: [], base }, finished, buildIn(folder.path));
    const metadata = JSON.parse(await readFile(join(finished, 'arm-php-82.metadata.json'), 'utf8'));
    expect(metadata).toMatchObject({ cpu: 'arm', compilation, profile, publishable });
  },
);
