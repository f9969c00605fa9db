import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { temporaryFolder } from '../../../tests/fixtures/temporary-folder.ts';
import { readInputs } from '../src/inputs.ts';

const defaults = {
  'php-version': '82',
  folder: '',
  cpu: 'x86',
  base: 'auto',
  'base-image': '',
  profile: 'quick',
  'trained-profile': '',
  until: 'layers',
  cache: 'true',
  extensions: '',
  'without-extensions': '',
  'thread-safe': 'false',
  'configure-flags': '',
  'ini-files': '',
  builder: '',
  images: 'false',
  'image-prefix': 'bref/',
  'image-tag': 'latest',
  output: 'output/tree',
};

function read(changes: Partial<Record<keyof typeof defaults, string>> = {}) {
  for (const [name, value] of Object.entries({ ...defaults, ...changes })) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  }
  return readInputs(['82', '83', '84']);
}

afterEach(() => vi.unstubAllEnvs());

test('returns valid inputs as one typed value', () => {
  const changes = { cpu: 'arm', cache: 'false', 'configure-flags': '--enable-calendar  --with-gd=/opt' };
  expect(read({ ...changes, extensions: 'gmp, pdo_dblib', 'thread-safe': 'true' })).toEqual({
    phpVersion: '82',
    folder: undefined,
    cpu: 'arm',
    baseOs: 'auto',
    baseImage: undefined,
    buildMode: 'quick',
    until: 'layers',
    cache: false,
    extensions: ['gmp', 'pdo_dblib'],
    withoutExtensions: [],
    threadSafe: true,
    configureFlags: ['--enable-calendar', '--with-gd=/opt'],
    iniFiles: [],
    builder: undefined,
    images: false,
    imagePrefix: 'bref/',
    imageTag: 'latest',
    output: 'output/tree',
  });
});

test.each(['', 'bref/', 'registry.example:5000/team/php/', 'ghcr.io/me/my-'])(
  'accepts the image prefix "%s"',
  (prefix) => {
    expect(read({ 'image-prefix': prefix }).imagePrefix).toBe(prefix);
  },
);

test('accepts any two digits as the version of a folder of the user', () => {
  expect(read({ folder: 'my-php', 'php-version': '99' })).toMatchObject({
    folder: 'my-php',
    phpVersion: '99',
  });
});

test('accepts readable ini files with different names', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mine.ini');
  await writeFile(path, 'memory_limit = 1G');
  expect(read({ 'ini-files': path }).iniFiles).toEqual([path]);
  expect(() => read({ 'ini-files': `${path} ${path}` })).toThrow(
    'Input "ini-files" lists two files named "mine.ini". The layers have one folder for all of them: rename one.',
  );
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 82, 83, 84; got "81".'],
  ['cpu', 'riscv', 'Input "cpu" must be one of x86, arm; got "riscv".'],
  ['base', 'alpine', `Input "base" must be one of ${baseOsChoices.join(', ')}; got "alpine".`],
  ['profile', 'fast', 'Input "profile" must be one of quick, release; got "fast".'],
  ['cache', 'yes', 'Input "cache" must be one of true, false; got "yes".'],
  ['until', 'zips', 'Input "until" must be one of sources, configured, layers; got "zips".'],
  ['thread-safe', 'zts', 'Input "thread-safe" must be one of true, false; got "zts".'],
  [
    'configure-flags',
    'enable-calendar',
    'must be a list of --name or --name=value without quotes; got "enable-calendar".',
  ],
  ['configure-flags', '--with-x=$(id)', 'got "--with-x=$(id)"'],
  ['ini-files', 'php.txt', 'Input "ini-files" must list files named *.ini; got "php.txt".'],
  ['ini-files', 'missing.ini', 'Input "ini-files" must list readable files; "missing.ini" cannot be read.'],
  ['builder', 'a b', 'Input "builder" must be the name of a buildx builder; got "a b".'],
  ['images', 'yes', 'Input "images" must be one of true, false; got "yes".'],
  ['image-prefix', 'Bref/', 'must be the beginning of an image name, such as bref/; got "Bref/".'],
  ['image-tag', '-1', 'Input "image-tag" must be at most 128 letters, digits'],
  ['output', '', 'Input "output" is required.'],
] as const)('rejects %s "%s" with its rule', (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});

test.each([
  ['quick', 'Input "trained-profile" needs `profile: release`; got "missing" with `profile: quick`.'],
  ['release', 'Input "trained-profile" must be a folder with a PGO profile; got "missing"'],
] as const)('rejects a missing PGO profile in build mode %s', (profile, message) => {
  expect(() => read({ profile, 'trained-profile': 'missing' })).toThrow(message);
});

test('rejects a version that is not two digits, also with a folder of the user', () => {
  expect(() => read({ folder: 'my-php', 'php-version': '8.2' })).toThrow(
    'Input "php-version" must be two digits, such as 82; got "8.2".',
  );
});
