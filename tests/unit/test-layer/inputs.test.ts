import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readInputs } from '../../../actions/test-layer/src/inputs.ts';

const valid = {
  layers: 'output/php-82.zip\noutput/console.zip',
  tests: 'tests/layers/common tests/layers/function',
  cpu: 'x86',
  base: 'auto',
  filter: '',
  memory: '1024',
  rie: '',
  report: '',
};

beforeEach(() => setInputs(valid));
afterEach(() => vi.unstubAllEnvs());

test('inputs become one value', () => {
  vi.stubEnv('RUNNER_TOOL_CACHE', '/opt/hostedtoolcache');
  expect(readInputs()).toEqual({
    layers: ['output/php-82.zip', 'output/console.zip'],
    tests: ['tests/layers/common', 'tests/layers/function'],
    cpu: 'x86',
    base: 'auto',
    filter: undefined,
    memory: 1024,
    rie: undefined,
    report: undefined,
    cacheFolder: '/opt/hostedtoolcache',
  });
});

test('outside of GitHub, what is fetched is kept in .cache of the working directory', () => {
  vi.stubEnv('RUNNER_TOOL_CACHE', '');
  expect(readInputs().cacheFolder).toBe('.cache');
});

test.each([
  [{ layers: '' }, 'Input "layers" must list at least one item'],
  [{ layers: 'a.zip b.zip c.zip d.zip e.zip f.zip' }, 'Input "layers" must list at most 5 zips'],
  [{ tests: '' }, 'Input "tests" must list at least one item'],
  [{ cpu: 'arm64' }, 'Input "cpu" must be one of x86, arm; got "arm64".'],
  [{ cpu: '' }, 'Input "cpu" must be one of'],
  [{ base: 'alpine' }, 'Input "base" must be one of auto, al2023, debian-12; got "alpine".'],
  [{ memory: '127' }, 'Input "memory" must be a whole number from 128 to 10240; got "127".'],
  [{ memory: '10241' }, 'Input "memory" must be'],
  [{ memory: '1g' }, 'Input "memory" must be'],
  [{ report: 'report.html' }, 'Input "report" must be a path that ends in .json or .xml; got "report.html".'],
])('inputs with %j are rejected', (change, message) => {
  setInputs(change);
  expect(readInputs).toThrow(message);
});

function setInputs(inputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
}
