import { expect, test } from 'vitest';
import { describeEnd, formatHash, isChosen, readHash } from '../../../../tools/catalogue/browser/choice.ts';

const options = {
  php: ['8.4', '8.2'],
  kind: ['function', 'fpm', 'console'],
  cpu: ['x86', 'arm'],
  region: ['eu-west-3', 'us-east-1'],
};
const choice = { php: '8.2', kind: 'fpm', cpu: 'arm', region: 'eu-west-3' };

test('a choice can be written to the address and read back', () => {
  expect(formatHash(choice)).toBe('#php=8.2&kind=fpm&cpu=arm&region=eu-west-3');
  expect(readHash(formatHash(choice), options)).toEqual({ choice, unknown: [] });
});

test.each([
  ['', {}, []],
  ['#', {}, []],
  ['#region=us-east-1', { region: 'us-east-1' }, []],
  ['#php-82', {}, []],
  ['#php=7.4&kind=fpm', { kind: 'fpm' }, ['php=7.4']],
  ['#region=<img>&cpu=', {}, ['cpu=', 'region=<img>']],
  ['#other=1&php=8.2', { php: '8.2' }, []],
])('reads the known parts of the address %j', (hash, known, unknown) => {
  expect(readHash(hash, options)).toEqual({ choice: known, unknown });
});

test.each([
  [{ php: '8.2', kind: 'fpm', cpu: 'arm' }, true],
  [{ php: '8.4', kind: 'fpm', cpu: 'arm' }, false],
  [{ php: '8.2', kind: 'function', cpu: 'arm' }, false],
  [{ php: '8.2', kind: 'fpm', cpu: 'x86' }, false],
  [{ php: undefined, kind: 'fpm', cpu: 'any' }, true],
])('isChosen of the layer %j is %j', (layer, expected) => {
  expect(isChosen(layer, choice)).toBe(expected);
});

test.each([
  ['2026-11-24', 'over'],
  ['2026-11-25', 'ends today'],
  ['2026-11-26', '2 days left'],
  ['2026-12-31', '37 days left'],
  ['2027-11-24', '365 days left'],
  ['2027-11-26', undefined],
])('describes %s on 25 November 2026 as %j', (date, expected) => {
  expect(describeEnd(date, new Date('2026-11-25T12:00:00Z'))).toBe(expected);
});
