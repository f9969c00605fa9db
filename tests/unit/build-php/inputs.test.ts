import { afterEach, expect, test, vi } from 'vitest';
import { readInputs } from '../../../actions/build-php/src/inputs.ts';

const given = {
  'php-version': '82',
  cpu: 'x86',
  base: 'auto',
  profile: 'quick',
  cache: 'true',
  'configure-flags': '',
  output: 'output/tree',
};

function read(changes: Partial<Record<keyof typeof given, string>> = {}) {
  for (const [name, value] of Object.entries({ ...given, ...changes })) {
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  }
  return readInputs(['82', '83']);
}

afterEach(() => vi.unstubAllEnvs());

test('valid inputs become one typed value', () => {
  expect(read({ cpu: 'arm', cache: 'false', 'configure-flags': '--enable-calendar' })).toEqual({
    phpVersion: '82',
    cpu: 'arm',
    base: 'auto',
    profile: 'quick',
    cache: false,
    configureFlags: '--enable-calendar',
    output: 'output/tree',
  });
});

test.each([
  ['php-version', '81', 'Input "php-version" must be one of 82, 83; got "81".'],
  ['cpu', 'riscv', 'Input "cpu" must be one of x86, arm; got "riscv".'],
  ['base', 'alpine', 'Input "base" must be one of auto, al2023, debian-12; got "alpine".'],
  ['profile', 'fast', 'Input "profile" must be one of quick, release; got "fast".'],
  ['cache', 'yes', 'Input "cache" must be one of true, false; got "yes".'],
  ['output', '', 'Input "output" is required; got "".'],
] as const)('%s "%s" is refused with its rule', (name, value, message) => {
  expect(() => read({ [name]: value })).toThrow(message);
});
