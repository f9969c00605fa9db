import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../tests/helpers/temporary-folder.ts';
import { readInputs } from '../src/inputs.ts';

const given = {
  'php-version': '82',
  folder: '',
  cpu: 'x86',
  base: 'auto',
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

function read(changes: Partial<Record<keyof typeof given, string>> = {}) {
  for (const [name, value] of Object.entries({ ...given, ...changes })) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  }
  return readInputs(['82', '83', '84']);
}

afterEach(() => vi.unstubAllEnvs());

test('valid inputs become one typed value', () => {
  const changes = { cpu: 'arm', cache: 'false', 'configure-flags': '--enable-calendar  --with-gd=/opt' };
  expect(read({ ...changes, extensions: 'gmp, pdo_dblib', 'thread-safe': 'true' })).toEqual({
    phpVersion: '82',
    folder: undefined,
    cpu: 'arm',
    base: 'auto',
    profile: 'quick',
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
  'images may begin with "%s"',
  (prefix) => {
    expect(read({ 'image-prefix': prefix }).imagePrefix).toBe(prefix);
  },
);

test('a folder of the user may have a version that the suite does not', () => {
  expect(read({ folder: 'my-php', 'php-version': '99' })).toMatchObject({
    folder: 'my-php',
    phpVersion: '99',
  });
});

test('ini files are those that can be read', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'mine.ini');
  await writeFile(path, 'memory_limit = 1G');
  expect(read({ 'ini-files': path }).iniFiles).toEqual([path]);
  expect(() => read({ 'ini-files': `${path} ${path}` })).toThrow(
    'Input "ini-files" must list files of different names: they come into one folder',
  );
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 82, 83, 84; got "81".'],
  ['cpu', 'riscv', 'Input "cpu" must be one of x86, arm; got "riscv".'],
  ['base', 'alpine', 'Input "base" must be one of auto, al2023, debian-12; got "alpine".'],
  ['profile', 'fast', 'Input "profile" must be one of quick, release; got "fast".'],
  ['cache', 'yes', 'Input "cache" must be one of true, false; got "yes".'],
  ['until', 'zips', 'Input "until" must be one of sources, configured, layers; got "zips".'],
  ['extensions', 'gmpp', 'did you mean gmp?'],
  ['extensions', 'pdo_odbc', 'needs a driver manager: say `configure-flags: --with-pdo-odbc=unixODBC`'],
  ['extensions', 'redis', 'must not name what every layer has; got "redis".'],
  ['extensions', 'json', 'must not name what every layer has; got "json".'],
  ['without-extensions', 'json', 'cannot leave out what every layer needs; got "json".'],
  ['without-extensions', 'opcache', 'cannot leave out what every layer needs; got "opcache".'],
  ['without-extensions', 'reddis', 'did you mean redis?'],
  ['thread-safe', 'zts', 'Input "thread-safe" must be one of true, false; got "zts".'],
  ['configure-flags', 'enable-calendar', 'must have flags of the form --name or --name=value'],
  ['configure-flags', '--with-x=$(id)', 'got "--with-x=$(id)"'],
  ['ini-files', 'php.txt', 'must list files named *.ini; got "php.txt".'],
  ['ini-files', 'missing.ini', 'must list files that can be read; got "missing.ini".'],
  ['builder', 'a b', 'Input "builder" must be the name of a buildx builder; got "a b".'],
  ['images', 'yes', 'Input "images" must be one of true, false; got "yes".'],
  ['image-prefix', 'Bref/', 'must be the beginning of an image name, such as bref/; got "Bref/".'],
  ['image-tag', '-1', 'must be a tag of letters, digits'],
  ['output', '', 'Input "output" is required; got "".'],
] as const)('%s "%s" is refused with its rule', (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});

test.each([
  ['quick', 'Input "trained-profile" goes with `profile: release`; got "learnt".'],
  ['release', 'must be the folder that an earlier build with `profile: release` gave'],
] as const)('a profile that is none is refused with profile %s', (profile, message) => {
  expect(() => read({ profile, 'trained-profile': 'learnt' })).toThrow(message);
});

test('a folder of the user needs a version of two digits all the same', () => {
  expect(() => read({ folder: 'my-php', 'php-version': '8.2' })).toThrow('must be two digits; got "8.2"');
});

test('an extension that left PHP is known up to its last version, and where the version is not', () => {
  const imap = { extensions: 'imap', 'without-extensions': 'pspell' };
  expect(read({ ...imap, 'php-version': '83' })).toMatchObject({ extensions: ['imap'] });
  expect(() => read({ ...imap, 'php-version': '84' })).toThrow('went to PECL with 8.4');
  expect(() => read({ 'php-version': '84', 'without-extensions': 'pspell' })).toThrow(
    'went to PECL with 8.4',
  );
  expect(read({ ...imap, folder: 'my-php', 'php-version': '99' })).toMatchObject({ extensions: ['imap'] });
});

test('an extension cannot be both in and out', () => {
  expect(() => read({ extensions: 'gmp', 'without-extensions': 'gmp' })).toThrow(
    'must not name what "extensions" compiles in',
  );
});
