import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BaseOsIdentity } from '#lib/base-os/image.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { finishTrees } from '../src/finish.ts';
import { planBuild } from '../src/plan-build.ts';
import { requestIn } from './request-fixture.ts';

const image = { image: 'base:arm', id: 'sha256:1' };

test.each<[BaseOsIdentity['compilation'], string, boolean, string?]>([
  ['native', 'release', true],
  ['cross', 'release', true],
  ['emulated', 'quick', false],
  // The libraries of another image are not Lambda's.
  ['native', 'release', false, 'stand-in:arm'],
])(
  'describes a release that is compiled %s as %s with publishable %s (base-image: %s)',
  async (compilation, profile, publishable, baseImage) => {
    await using folder = await temporaryFolder();
    const exported = join(folder.path, 'trees');
    for (const tree of ['function', 'fpm', 'console']) await mkdir(join(exported, tree), { recursive: true });
    await writeFile(join(exported, 'facts.json'), '{ "components": [] }');
    await mkdir(join(folder.path, 'php/bases/al2023/layer'), { recursive: true });
    await writeFile(join(folder.path, 'php/bases/al2023/layer/waivers.txt'), '');
    await mkdir(join(folder.path, 'profile'));
    const baseOs: BaseOsIdentity = {
      ...image,
      baseOs: 'al2023',
      compilation,
      buildImage: { ...image, cpu: 'arm' },
    };
    const finished = join(folder.path, 'finished');
    const planned = planBuild(requestIn(folder.path, { baseImage }), baseOs, folder.path);
    await finishTrees({ folder: exported, buildKey: 'abc', sources: [] }, finished, planned);
    const metadata = JSON.parse(await readFile(join(finished, 'arm-php-82.metadata.json'), 'utf8'));
    expect(metadata).toMatchObject({ cpu: 'arm', compilation, profile, publishable, base: 'al2023' });
  },
);
