import { expect, test } from 'vitest';
import { type Options, parseOptions } from '../../../../tools/catalogue/options.ts';

const given = { versions: 'versions.json', manifests: 'output', account: '123456789012', output: 'site' };

function parse(values: Partial<Options>) {
  return parseOptions(Object.entries(values).map(([name, value]) => `--${name}=${value}`));
}

test('the options become one value', () => {
  expect(parse(given)).toEqual(given);
});

test('who asks for help needs no options', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

test.each(['versions', 'manifests', 'account', 'output'] as const)('%s is required', (name) => {
  const { [name]: _left, ...others } = given;
  expect(() => parse(others)).toThrow(`Input "${name}" is required; got "".`);
  expect(() => parse({ ...given, [name]: '' })).toThrow(`Input "${name}" is required; got "".`);
});

test.each(['12345678901', '1234567890123', '12345678901a', '1234-5678-9012', ' 123456789012'])(
  '%j is no account',
  (account) => {
    expect(() => parse({ ...given, account })).toThrow('Input "account" must be 12 digits');
  },
);

test.each([['--acount=1'], ['versions.json'], ['--versions']])('%s is no option', (argument) => {
  expect(() => parseOptions([argument])).toThrow('npm run catalogue -- --help lists them.');
});
