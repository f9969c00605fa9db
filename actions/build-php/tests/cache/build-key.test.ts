import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BaseIdentity } from '#lib/base-os/base-os.ts';
import type { Artifact, Use } from '#lib/sources/sources.ts';
import { temporaryFolder } from '../../../../tests/helpers/temporary-folder.ts';
import { makeTinySuite } from '../../../../tests/helpers/tiny-suite.ts';
import { type Build, digestOf } from '../../src/build.ts';
import type { Inputs } from '../../src/inputs.ts';
import { contextFolders } from '../../src/plan-build.ts';
import { buildIn } from '../build-fixture.ts';

const base: BaseIdentity = {
  base: 'debian-12',
  image: 'base:x86',
  id: 'sha256:1',
  compilation: 'native',
  build: { image: 'base:x86', id: 'sha256:1', cpu: 'x86' },
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
  readonly build?: Partial<Build>;
  readonly sources?: readonly Source[];
  readonly base?: Partial<BaseIdentity>;
  /** A file of the suite that gets another line. */
  readonly file?: string;
}

/** The keys of a build before and after a change. */
async function keysAround(changes: Changes): Promise<readonly [string, string]> {
  await using folder = await temporaryFolder();
  const suite = folder.path;
  await makeTinySuite(suite, 'http://127.0.0.1:9');
  await mkdir(join(suite, 'trained'));
  for (const name of ['trained/counters', 'mine.ini', 'yours.ini']) await writeFile(join(suite, name), name);
  const at = (path: string) => join(suite, path);
  const { iniFiles, trainedProfile } = changes.inputs ?? {};
  const inputs: Partial<Inputs> = {
    ...changes.inputs,
    ...(iniFiles && { iniFiles: iniFiles.map(at) }),
    ...(trainedProfile && { trainedProfile: at(trainedProfile) }),
  };
  const own = { phpVersion: '99', cpu: 'x86' } as const;
  const before = { ...buildIn(suite, own), folder: at('php-99') };
  const after = { ...before, inputs: { ...before.inputs, ...inputs }, ...changes.build };
  const key = await digestOf(before, sources, base);
  if (changes.file !== undefined) await appendFile(at(changes.file), '\n# another line\n');
  return [key, await digestOf(after, changes.sources ?? sources, { ...base, ...changes.base })];
}

const pecl: Artifact = {
  ...{ name: 'apcu', version: '5', sha256: '3', urls: [], feed: 'pecl' },
  ...{ substitutes: [], use: 'layers', isOptional: false },
};

test.each<[string, Changes]>([
  ['the version in the names of layers', { inputs: { phpVersion: '98' } }],
  ['the CPU', { inputs: { cpu: 'arm' } }],
  ['the profile', { inputs: { profile: 'quick' } }],
  ['a profile that is given', { inputs: { trainedProfile: 'trained' } }],
  ['an extension', { inputs: { extensions: ['calendar'] } }],
  ['an extension that is left out', { inputs: { withoutExtensions: ['intl'] } }],
  ['thread safety', { inputs: { threadSafe: true } }],
  ['a flag', { inputs: { configureFlags: ['--disable-mbregex'] } }],
  ['an ini file', { inputs: { iniFiles: ['mine.ini'] } }],
  ['an extension from PECL', { build: { artifacts: [pecl] } }],
  ["the suite's version", { build: { version: '1.0.1' } }],
  ['the bytes of an archive', { sources: sources.map((source) => ({ ...source, sha256: '4' })) }],
  ['the name of an archive', { sources: sources.map((source) => ({ ...source, name: 'sqlite' })) }],
  ['an archive more', { sources: [...sources, { name: 'sqlite', sha256: '5', use: 'layers' }] }],
  ['another base', { base: { base: 'al2023' } }],
  ['the content of the base', { base: { id: 'sha256:2' } }],
  ['how PHP is compiled', { base: { compilation: 'emulated' } }],
  ['the system of the compilers', { base: { build: { ...base.build, id: 'sha256:2' } } }],
  ['the CPU of the compilers', { base: { build: { ...base.build, cpu: 'arm' } } }],
  ["the version's Dockerfile", { file: 'php-99/Dockerfile' }],
  ["the version's archives", { file: 'php-99/sources.json' }],
  ['a file beside them', { file: 'php-99/bootstrap' }],
  ['the shared Dockerfile', { file: 'php/Dockerfile' }],
  ['the keys of those who sign', { file: 'php/keys/bootstrap' }],
  // Whatever a Dockerfile can see of the suite.
  ...Object.entries(contextFolders('', base)).map(([name, path]): [string, Changes] => [
    `the context ${name}`,
    { file: join(path, 'bootstrap') },
  ]),
])('%s makes another key', async (_part, changes) => {
  const [before, after] = await keysAround(changes);
  expect(after).not.toBe(before);
});

test('the content of an ini file and its name make another key', async () => {
  const [, mine] = await keysAround({ inputs: { iniFiles: ['mine.ini'] } });
  const [, other] = await keysAround({ inputs: { iniFiles: ['mine.ini'] }, file: 'mine.ini' });
  const [, renamed] = await keysAround({ inputs: { iniFiles: ['yours.ini'] } });
  expect(new Set([mine, other, renamed]).size).toBe(3);
});

test('the content of a profile that is given makes another key', async () => {
  const given = { trainedProfile: 'trained' };
  const [, trained] = await keysAround({ inputs: given });
  const [, other] = await keysAround({ inputs: given, file: 'trained/counters' });
  expect(other).not.toBe(trained);
});

/** Inputs that the trees do not show. What `base` and `folder` choose counts by its content. */
const noPart: { readonly [name in keyof Inputs]?: Inputs[name] } = {
  base: 'debian-12',
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
  ...Object.entries(noPart).map(([name, value]): [string, Changes] => [
    `the input ${name}`,
    { inputs: { [name]: value } },
  ]),
  [
    'what images are called on a machine',
    { base: { image: 'b:x86', build: { ...base.build, image: 'b:x86' } } },
  ],
  ['where a build works', { build: { work: '/elsewhere', cacheFolder: '/elsewhere' } }],
  ['what is for the dev image alone', { sources: sources.filter(({ use }) => use === 'layers') }],
])('%s is no part of the key', async (_part, changes) => {
  const [before, after] = await keysAround(changes);
  expect(after).toBe(before);
});
