import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildPlan } from '../../../../actions/build-php/src/bake/bake.ts';
import { digestBuild, type KeyFacts } from '../../../../actions/build-php/src/cache/build-key.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const facts: KeyFacts = {
  base: 'sha256:1',
  buildBase: 'sha256:1',
  compilation: 'native',
  sources: [],
  iniFiles: {},
  profile: 'quick',
  version: '1.0.0',
};

async function planIn(folder: string): Promise<BuildPlan> {
  await mkdir(join(folder, 'php-99'));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n');
  return {
    cpu: 'arm',
    configureFlags: [],
    peclExtensions: [],
    cache: true,
    folder: join(folder, 'php-99'),
    dockerfile: join(folder, 'Dockerfile'),
    baseImage: 'base:arm',
    build: { image: 'base:arm', cpu: 'arm' },
    contexts: {},
  };
}

test.each<[string, Partial<BuildPlan>, Partial<KeyFacts>]>([
  ['compilers of another CPU', { build: { image: 'base:arm', cpu: 'x86' } }, {}],
  ['another system for the compilers', {}, { buildBase: 'sha256:2' }],
  ['compilers that are emulated', {}, { compilation: 'emulated' }],
  ['a profile', {}, { profile: 'release' }],
  ['a profile that was given', {}, { trainedProfile: 'sha256:3' }],
])('%s make another key', async (_what, changedPlan, changedFacts) => {
  await using folder = await temporaryFolder();
  const plan = await planIn(folder.path);
  const key = await digestBuild({ ...plan, ...changedPlan }, { ...facts, ...changedFacts });
  expect(key).not.toBe(await digestBuild(plan, facts));
});

test('what images are called on a machine is no part of the key', async () => {
  await using folder = await temporaryFolder();
  const plan = await planIn(folder.path);
  const renamed = { ...plan, baseImage: 'other:arm', build: { image: 'other:arm', cpu: 'arm' } } as const;
  expect(await digestBuild(renamed, facts)).toBe(await digestBuild(plan, facts));
});
