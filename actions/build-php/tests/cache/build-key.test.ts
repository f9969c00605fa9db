import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BaseOsIdentity } from '#lib/base-os/image.ts';
import type { Artifact, Use } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../../../../tests/fixtures/temporary-folder.ts';
import { makeTinySuite } from '../../../../tests/fixtures/tiny-suite.ts';
import { digestBuild } from '../../src/cache/build-key.ts';
import type { Inputs } from '../../src/inputs.ts';
import { planBuild, suiteContexts } from '../../src/plan-build.ts';
import type { BuildRequest } from '../../src/request.ts';
import { digestPgoProfile } from '../../src/training/pgo-profile-key.ts';
import { requestIn } from '../request-fixture.ts';

const baseOs: BaseOsIdentity = {
  baseOs: 'debian-12',
  image: 'base:x86',
  id: 'sha256:1',
  compilation: 'native',
  buildImage: { image: 'base:x86', id: 'sha256:1', cpu: 'x86' },
};

interface Source {
  readonly name: string;
  readonly sha256: string;
  readonly use: Use;
}

const sources: readonly Source[] = [
  { name: 'php', sha256: '1', use: 'layers' },
  { name: 'composer', sha256: '2', use: 'dev-image' },
];

interface Changes {
  readonly inputs?: Partial<Inputs>;
  readonly request?: Partial<BuildRequest>;
  readonly sources?: readonly Source[];
  readonly baseOs?: Partial<BaseOsIdentity>;
  /** A file of the suite, to which a line is added. */
  readonly file?: string;
}

/** Returns the keys of a build before and after changes. */
async function keysAround(changes: Changes): Promise<readonly [string, string]> {
  await using folder = await temporaryFolder();
  const suite = folder.path;
  await makeTinySuite(suite, 'http://127.0.0.1:9');
  await mkdir(join(suite, 'pgo'));
  for (const name of ['pgo/counters', 'mine.ini', 'yours.ini']) await writeFile(join(suite, name), name);
  const at = (path: string) => join(suite, path);
  const { iniFiles, pgoProfile } = changes.inputs ?? {};
  const inputs: Partial<Inputs> = {
    ...changes.inputs,
    ...(iniFiles && { iniFiles: iniFiles.map(at) }),
    ...(pgoProfile && { pgoProfile: at(pgoProfile) }),
  };
  const tiny = { phpVersion: '99', cpu: 'x86' } as const;
  const before = { ...requestIn(suite, tiny), versionFolder: at('php-99') };
  const after = { ...before, inputs: { ...before.inputs, ...inputs }, ...changes.request };
  // A user's own folder has no support dates.
  if (inputs.folder !== undefined) await rm(at('php-99/support.json'));
  const key = await digestBuild(planBuild(before, baseOs, suite), sources, suite);
  if (changes.file !== undefined) await appendFile(at(changes.file), '\n# another line\n');
  const changed = planBuild(after, { ...baseOs, ...changes.baseOs }, suite);
  return [key, await digestBuild(changed, changes.sources ?? sources, suite)];
}

const pecl: Artifact = {
  ...{ name: 'apcu', version: '5', sha256: '3', urls: [], feed: 'pecl' },
  ...{ substitutes: [], use: 'layers', isOptional: false },
};

test.each<[string, Changes]>([
  ['the version in the names of layers', { inputs: { phpVersion: '98' } }],
  ['the CPU', { inputs: { cpu: 'arm' } }],
  ['the build mode', { inputs: { buildMode: 'quick' } }],
  ['a given PGO profile', { inputs: { pgoProfile: 'pgo' } }],
  ['an extension', { inputs: { extensions: ['calendar'] } }],
  ['an extension that is left out', { inputs: { withoutExtensions: ['intl'] } }],
  ['thread safety', { inputs: { threadSafe: true } }],
  ['a flag', { inputs: { configureFlags: ['--disable-mbregex'] } }],
  ['an ini file', { inputs: { iniFiles: ['mine.ini'] } }],
  ['an extension from PECL', { request: { artifacts: [pecl] } }],
  ["the suite's version", { request: { suiteVersion: '1.0.1' } }],
  ['the bytes of an archive', { sources: sources.map((source) => ({ ...source, sha256: '4' })) }],
  ['the name of an archive', { sources: sources.map((source) => ({ ...source, name: 'sqlite' })) }],
  ['another archive', { sources: [...sources, { name: 'sqlite', sha256: '5', use: 'layers' }] }],
  ['another base OS', { baseOs: { baseOs: 'al2023' } }],
  ['the content of the base OS', { baseOs: { id: 'sha256:2' } }],
  ['the compilation', { baseOs: { compilation: 'emulated' } }],
  ['the image of the compilers', { baseOs: { buildImage: { ...baseOs.buildImage, id: 'sha256:2' } } }],
  ['the CPU of the compilers', { baseOs: { buildImage: { ...baseOs.buildImage, cpu: 'arm' } } }],
  ["the version's Dockerfile", { file: 'php-99/Dockerfile' }],
  ["the version's archives", { file: 'php-99/sources.json' }],
  ['another file of the version', { file: 'php-99/bootstrap' }],
  ['the shared Dockerfile', { file: 'php/Dockerfile' }],
  ['the signing keys', { file: 'php/keys/bootstrap' }],
  // All folders of the suite that a Dockerfile can read.
  ...Object.entries(suiteContexts('', baseOs.baseOs)).map(([name, path]): [string, Changes] => [
    `the context ${name}`,
    { file: join(path, 'bootstrap') },
  ]),
])('%s changes the key', async (_part, changes) => {
  const [before, after] = await keysAround(changes);
  expect(after).not.toBe(before);
});

test('the content and the name of an ini file change the key', async () => {
  const [, mine] = await keysAround({ inputs: { iniFiles: ['mine.ini'] } });
  const [, other] = await keysAround({ inputs: { iniFiles: ['mine.ini'] }, file: 'mine.ini' });
  const [, renamed] = await keysAround({ inputs: { iniFiles: ['yours.ini'] } });
  expect(new Set([mine, other, renamed]).size).toBe(3);
});

test('the content of a given PGO profile changes the key', async () => {
  const inputs = { pgoProfile: 'pgo' };
  const [, given] = await keysAround({ inputs });
  const [, other] = await keysAround({ inputs, file: 'pgo/counters' });
  expect(other).not.toBe(given);
});

/**
 * Inputs without influence on the trees. The content of the base OS and of the folder that they choose is in the key.
 */
const irrelevantInputs: { readonly [name in keyof Inputs]?: Inputs[name] } = {
  baseOs: 'debian-12',
  folder: 'php-99',
  until: 'configured',
  cache: false,
  builder: 'other',
  images: true,
  imagePrefix: 'other/',
  imageTag: 'other',
  output: '/elsewhere',
};

test.each<[string, Changes]>([
  ...Object.entries(irrelevantInputs).map(([name, value]): [string, Changes] => [
    `the input ${name}`,
    { inputs: { [name]: value } },
  ]),
  [
    'the name of an image',
    { baseOs: { image: 'b:x86', buildImage: { ...baseOs.buildImage, image: 'b:x86' } } },
  ],
  ['the work folder', { request: { workFolder: '/elsewhere' } }],
  ['the support dates of the version', { file: 'php-99/support.json' }],
  ['an archive that only the dev image needs', { sources: sources.filter(({ use }) => use === 'layers') }],
])('%s does not change the key', async (_part, changes) => {
  const [before, after] = await keysAround(changes);
  expect(after).toBe(before);
});

test.each([
  ['support.json', false],
  ['Dockerfile', true],
])('%s of the version changes the key of the PGO profile: %s', async (name, changesKey) => {
  await using folder = await temporaryFolder();
  const suite = folder.path;
  await makeTinySuite(suite, 'http://127.0.0.1:9');
  const request = {
    ...requestIn(suite, { phpVersion: '99', cpu: 'x86' }),
    versionFolder: join(suite, 'php-99'),
  };
  const digest = () => digestPgoProfile(planBuild(request, baseOs, suite), sources);
  const before = await digest();
  await appendFile(join(suite, 'php-99', name), '\n# another line\n');
  expect((await digest()) !== before).toBe(changesKey);
});
