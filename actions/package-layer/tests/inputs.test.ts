import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { readInputs } from '../src/inputs.ts';

const valid = {
  path: 'output/tree/php-82',
  name: 'php-82',
  cpu: 'x86',
  output: 'output',
  metadata: '',
  policy: 'al2023',
  'lower-layer-manifests': '',
  'base-manifests': '',
  waive: '',
  prune: 'true',
  level: 'best',
  'max-zip-size': '50 MiB',
  'max-unzipped-size': '250 MiB',
};

beforeEach(() => setInputs(valid));
afterEach(() => vi.unstubAllEnvs());

test('reads all inputs as one value with absolute paths', () => {
  const log = silentLogger();
  expect(readInputs(log)).toEqual({
    path: `${process.cwd()}/output/tree/php-82`,
    name: 'php-82',
    cpu: 'x86',
    output: `${process.cwd()}/output`,
    metadata: undefined,
    policy: 'al2023',
    lowerLayerManifests: [],
    waivers: [],
    prune: true,
    level: 'best',
    limits: { zipBytes: 52_428_800, unzippedBytes: 262_144_000 },
  });
  expect(log.lines).toEqual([]);
});

test.each([
  ['1', 1],
  ['1024 KiB', 2 ** 20],
  ['80MiB', 80 * 2 ** 20],
  ['262144000', 262_144_000],
])('reads the size %j as %d bytes', (value, bytes) => {
  setInputs({ 'max-zip-size': value, 'max-unzipped-size': value });
  expect(readInputs(silentLogger()).limits).toEqual({ zipBytes: bytes, unzippedBytes: bytes });
});

test('reads the metadata file and the waivers', () => {
  setInputs({ metadata: 'build.json', waive: 'symlink: made at start' });
  expect(readInputs(silentLogger())).toMatchObject({
    metadata: 'build.json',
    waivers: [{ rule: 'symlink' }],
  });
});

describe('the manifests of the lower layers', () => {
  const manifests = 'php-82.manifest.json\n redis.manifest.json\n';
  const paths = ['php-82.manifest.json', 'redis.manifest.json'];

  test('are a list, the lowest first', () => {
    const log = silentLogger();
    setInputs({ 'lower-layer-manifests': manifests });
    expect(readInputs(log).lowerLayerManifests).toEqual(paths);
    expect(log.lines).toEqual([]);
  });

  test('are accepted under the old name, with a warning that states the new one', () => {
    const log = silentLogger();
    setInputs({ 'base-manifests': manifests });
    expect(readInputs(log).lowerLayerManifests).toEqual(paths);
    expect(log.lines).toEqual([
      'warning: Input "base-manifests" is now called "lower-layer-manifests". ' +
        'The next major version removes the old name.',
    ]);
  });

  test('are rejected under both names together', () => {
    setInputs({ 'lower-layer-manifests': 'a.manifest.json', 'base-manifests': 'b.manifest.json' });
    expect(() => readInputs(silentLogger())).toThrow(
      'Inputs "lower-layer-manifests" and "base-manifests" are both set.',
    );
  });
});

const tooManyManifests =
  'Input "lower-layer-manifests" must list at most 4 manifests, because a function has at most 5 layers; ' +
  'got "a b c d e".';

test.each([
  [{ path: '' }, 'Input "path" is required'],
  [{ name: '' }, 'Input "name" is required'],
  [{ name: 'php 82' }, 'Input "name" must be 1 to 140 letters, digits, "-" or "_"; got "php 82".'],
  [{ name: '../php-82' }, 'Input "name" must be'],
  [{ name: 'a'.repeat(141) }, 'Input "name" must be'],
  [{ cpu: 'arm64' }, 'Input "cpu" must be one of x86, arm, any; got "arm64".'],
  [{ cpu: '' }, 'Input "cpu" must be one of'],
  [{ output: '' }, 'Input "output" is required'],
  [{ output: 'output/tree/php-82/zips' }, 'Input "output" must be outside of the layer tree'],
  [{ output: 'output/tree/php-82' }, 'Input "output" must be outside of the layer tree'],
  [{ level: '9' }, 'Input "level" must be one of fast, best; got "9".'],
  [{ prune: 'yes' }, 'Input "prune" must be one of true, false; got "yes".'],
  [{ prune: '' }, 'Input "prune" must be one of'],
  [{ 'max-zip-size': '' }, 'Input "max-zip-size" is required'],
  [{ 'max-zip-size': '0' }, 'Input "max-zip-size" must be a number of bytes, KiB or MiB'],
  [{ 'max-zip-size': '50MB' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '-1' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '1.5 MiB' }, 'Input "max-zip-size" must be'],
  [{ 'max-zip-size': '251 MiB' }, 'and at most 250 MiB; got "251 MiB".'],
  [{ 'max-unzipped-size': '262144001' }, 'Input "max-unzipped-size" must be'],
  [{ policy: '' }, 'Input "policy" is required'],
  [{ 'lower-layer-manifests': 'a b c d e' }, tooManyManifests],
  [{ 'base-manifests': 'a b c d e' }, tooManyManifests],
  [{ waive: 'everything: please' }, 'Input "waive" must have lines'],
])('rejects %j', (change, message) => {
  setInputs(change);
  expect(() => readInputs(silentLogger())).toThrow(message);
});

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
}
