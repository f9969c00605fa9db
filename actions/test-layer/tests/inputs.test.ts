import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { baseOsChoices } from '#lib/base-os/names.ts';
import { readInputs } from '../src/inputs.ts';

const valid = {
  layers: 'output/php-82.zip\noutput/console.zip',
  tests: 'tests/layers/common tests/layers/function',
  cpu: 'x86',
  target: 'emulator',
  base: 'auto',
  'base-image': '',
  filter: '',
  env: '',
  timeout: '60',
  memory: '1024',
  'cpu-share': 'false',
  'expected-overlaps': '',
  rie: '',
  role: '',
  region: '',
  report: '',
};
const role = 'arn:aws:iam::123456789012:role/nothing';
const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:7';

beforeEach(() => setInputs(valid));
afterEach(() => vi.unstubAllEnvs());

test('reads all inputs into one value', () => {
  vi.stubEnv('RUNNER_TOOL_CACHE', '/opt/hostedtoolcache');
  vi.stubEnv('RUNNER_TEMP', '');
  expect(readInputs()).toEqual({
    layers: ['output/php-82.zip', 'output/console.zip'],
    tests: ['tests/layers/common', 'tests/layers/function'],
    cpu: 'x86',
    target: 'emulator',
    baseOs: 'auto',
    baseImage: undefined,
    filter: undefined,
    settings: { environment: {}, timeout: 60, memory: 1024, temporarySpace: 512, cpuShare: false },
    expectedOverlaps: [],
    rie: undefined,
    role: undefined,
    region: undefined,
    report: undefined,
    cacheFolder: '/opt/hostedtoolcache',
  });
});

test('reads environment variables with any value, one per line', () => {
  setInputs({ env: 'A=1\n  B_2=with blanks, commas and = signs\n\nC=' });
  expect(readInputs().settings.environment).toEqual({
    A: '1',
    B_2: 'with blanks, commas and = signs',
    C: '',
  });
});

test('reads expected overlaps as a list', () => {
  setInputs({ 'expected-overlaps': 'bootstrap bref/etc/**' });
  expect(readInputs().expectedOverlaps).toEqual(['bootstrap', 'bref/etc/**']);
});

test('writes a report on GitHub by default', () => {
  vi.stubEnv('RUNNER_TEMP', '/runner/temp');
  expect(readInputs().report).toMatch(/^\/runner\/temp\/test-layer-[0-9a-f-]+\.xml$/);
});

test('accepts ARNs and zips for the target lambda', () => {
  setInputs({ target: 'lambda', role, layers: `${arn} output/console.zip`, region: 'eu-west-1' });
  expect(readInputs()).toMatchObject({ layers: [arn, 'output/console.zip'], role, region: 'eu-west-1' });
});

test('outside of GitHub, keeps downloads in .cache of the working directory', () => {
  vi.stubEnv('RUNNER_TOOL_CACHE', '');
  expect(readInputs().cacheFolder).toBe('.cache');
});

test.each([
  [{ layers: '' }, 'Input "layers" must list at least one item'],
  [
    { layers: 'a.zip b.zip c.zip d.zip e.zip f.zip' },
    'Input "layers" must list at most 5 layers, because a function cannot have more; got 6: "a.zip b.zip',
  ],
  [{ tests: '' }, 'Input "tests" must list at least one item'],
  [{ cpu: 'arm64' }, 'Input "cpu" must be one of x86, arm; got "arm64".'],
  [{ cpu: '' }, 'Input "cpu" must be one of'],
  [{ base: 'alpine' }, `Input "base" must be one of ${baseOsChoices.join(', ')}; got "alpine".`],
  [{ memory: '127' }, 'Input "memory" must be a whole number from 128 to 10240; got "127".'],
  [{ memory: '10241' }, 'Input "memory" must be'],
  [{ memory: '1g' }, 'Input "memory" must be'],
  [{ target: 'docker' }, 'Input "target" must be one of emulator, lambda; got "docker".'],
  [{ env: 'A' }, 'Input "env" must have lines of the form NAME=value; got "A".'],
  [{ env: '1A=b' }, 'Input "env" must have lines'],
  [{ timeout: '0' }, 'Input "timeout" must be a whole number from 1 to 900; got "0".'],
  [{ 'cpu-share': 'yes' }, 'Input "cpu-share" must be one of true, false; got "yes".'],
  [
    { layers: arn },
    'Input "layers" must list zips, because only the target "lambda" accepts ARNs; got "arn:',
  ],
  [
    { target: 'lambda' },
    'Input "role" must be the ARN of an execution role for the target "lambda"; got "".',
  ],
  [{ target: 'lambda', role: 'nothing' }, 'Input "role" must be the ARN'],
  [
    { target: 'lambda', role, layers: 'arn:aws:lambda:eu-west-1:1:layer:a' },
    'Input "layers" must list zips or',
  ],
  [{ report: 'report.html' }, 'Input "report" must be a path that ends in .json or .xml; got "report.html".'],
])('rejects inputs with %j', (change, message) => {
  setInputs(change);
  expect(readInputs).toThrow(message);
});

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
}
