import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readInputs } from '../src/inputs.ts';

const valid = {
  path: 'output/tree/php-82',
  name: 'php-82',
  cpu: 'x86',
  output: 'output',
  metadata: '',
  policy: 'al2023',
  'base-manifests': '',
  waive: '',
  prune: 'true',
  level: 'best',
  'max-zip-size': '50 MiB',
  'max-unzipped-size': '250 MiB',
};

beforeEach(() => setInputs(valid));
afterEach(() => vi.unstubAllEnvs());

test('inputs become one value with absolute paths', () => {
  expect(readInputs()).toEqual({
    path: `${process.cwd()}/output/tree/php-82`,
    name: 'php-82',
    cpu: 'x86',
    output: `${process.cwd()}/output`,
    metadata: undefined,
    policy: 'al2023',
    baseManifests: [],
    waivers: [],
    prune: true,
    level: 'best',
    limits: { zip: 52_428_800, unzipped: 262_144_000 },
  });
});

test.each([
  ['1', 1],
  ['1024 KiB', 2 ** 20],
  ['80MiB', 80 * 2 ** 20],
  ['262144000', 262_144_000],
])('a size of %j has %d bytes', (value, bytes) => {
  setInputs({ 'max-zip-size': value, 'max-unzipped-size': value });
  expect(readInputs().limits).toEqual({ zip: bytes, unzipped: bytes });
});

test('a metadata file and waivers are taken where they are given', () => {
  setInputs({ metadata: 'build.json', waive: 'symlink: made at start' });
  expect(readInputs()).toMatchObject({ metadata: 'build.json', waivers: [{ rule: 'symlink' }] });
});

test('manifests of the layers below are a list, the lowest first', () => {
  setInputs({ 'base-manifests': 'php-82.manifest.json\n redis.manifest.json\n' });
  expect(readInputs().baseManifests).toEqual(['php-82.manifest.json', 'redis.manifest.json']);
});

test.each([
  [{ path: '' }, 'Input "path" is required'],
  [{ name: '' }, 'Input "name" is required'],
  [{ name: 'php 82' }, 'Input "name" must be 1 to 140 letters, digits, "-" or "_"; got "php 82".'],
  [{ name: '../php-82' }, 'Input "name" must be'],
  [{ name: 'a'.repeat(141) }, 'Input "name" must be'],
  [{ cpu: 'arm64' }, 'Input "cpu" must be one of x86, arm, any; got "arm64".'],
  [{ cpu: '' }, 'Input "cpu" must be one of'],
  [{ output: '' }, 'Input "output" is required'],
  [{ output: 'output/tree/php-82/zips' }, 'Input "output" must not lie in the tree'],
  [{ output: 'output/tree/php-82' }, 'Input "output" must not lie in the tree'],
  [{ level: '9' }, 'Input "level" must be one of fast, best; got "9".'],
  [{ prune: 'yes' }, 'Input "prune" must be one of true, false; got "yes".'],
  [{ prune: '' }, 'Input "prune" must be one of'],
  [{ 'max-zip-size': '' }, 'Input "max-zip-size" is required'],
  [{ 'max-zip-size': '0' }, 'Input "max-zip-size" must be a number of bytes, KiB or MiB'],
  [{ 'max-zip-size': '50MB' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '-1' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '1.5 MiB' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '251 MiB' }, 'of at most 250 MiB; got "251 MiB".'],
  [{ 'max-unzipped-size': '262144001' }, 'Input "max-unzipped-size" must be'],
  [{ policy: '' }, 'Input "policy" is required'],
  [{ 'base-manifests': 'a b c d e' }, 'must list at most 4 manifests, since a function takes five layers'],
  [{ waive: 'everything: please' }, 'Input "waive" must have lines'],
])('inputs with %j are rejected', (change, message) => {
  setInputs(change);
  expect(readInputs).toThrow(message);
});

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
}
