import { expect, test } from 'vitest';
import { type Options, parseOptions } from '../../../../tools/catalogue/options.ts';

const given = { versions: 'versions.json', manifests: 'output', account: '123456789012', output: 'site' };

function parse(values: Partial<Options>) {
  return parseOptions(Object.entries(values).map(([name, value]) => `--${name}=${value}`));
}

test('reads the options into one value', () => {
  expect(parse(given)).toEqual(given);
});

test('--help needs no other options', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

test.each(['versions', 'manifests', 'account', 'output'] as const)('--%s is required', (name) => {
  const { [name]: _left, ...others } = given;
  const message = `--${name} is required. --help lists the options.`;
  expect(() => parse(others)).toThrow(message);
  expect(() => parse({ ...given, [name]: '' })).toThrow(message);
});

test.each(['12345678901', '1234567890123', '12345678901a', '1234-5678-9012', ' 123456789012'])(
  'rejects %j as an account',
  (account) => {
    expect(() => parse({ ...given, account })).toThrow(`--account must have 12 digits; got "${account}".`);
  },
);

test.each([['--acount=1'], ['versions.json'], ['--versions']])('rejects the option %s', (argument) => {
  expect(() => parseOptions([argument])).toThrow('npm run catalogue -- --help lists them.');
});
