import { expect, test } from 'vitest';
import { parseVersions } from '../../../../tools/catalogue/data/published.ts';

const parse = (content: unknown) => Object.fromEntries(parseVersions(content, 'versions.json'));

test('versions are numbers, or text as in branch 2.x of bref; an empty text is no version', () => {
  expect(parse({ 'php-82': { 'eu-west-3': 7, 'us-east-1': '12', 'eu-west-1': '' }, 'php-83': '' })).toEqual({
    'php-82': [
      { region: 'us-east-1', partition: 'aws', version: 12 },
      { region: 'eu-west-3', partition: 'aws', version: 7 },
    ],
    'php-83': [],
  });
});

test('a region of another cloud has its own partition', () => {
  expect(parse({ 'php-82': { 'cn-north-1': 1 } })).toEqual({
    'php-82': [{ region: 'cn-north-1', partition: 'aws-cn', version: 1 }],
  });
});

const none = 'versions.json names no layer: it must be like {"php-82": {"eu-west-3": 7}}.';

test.each<[string, unknown, string]>([
  ['a list', [], none],
  ['nothing', null, none],
  ['text', 'php-82', none],
  ['no layer', {}, none],
  [
    'a name that AWS refuses',
    { '<b>': { 'eu-west-3': 1 } },
    'versions.json has "<b>", which is no layer\'s name: 1 to 140 letters, digits, "-" or "_".',
  ],
  [
    'a name that is a path',
    { '../../php-82': { 'eu-west-3': 1 } },
    'versions.json has "../../php-82", which is no layer\'s name',
  ],
  [
    'a layer with a number',
    { 'php-82': 7 },
    'versions.json, layer php-82: must be versions by region; got 7.',
  ],
  [
    'a region that does not exist',
    { 'php-82': { 'eu-wst-3': 7 } },
    'versions.json, layer php-82: "eu-wst-3" is no region of regions.json; correct it, or add the region there.',
  ],
  ...[0, -1, 1.5, 'seven', '7"', null, 1e30].map((version): [string, unknown, string] => [
    `version ${version}`,
    { 'php-82': { 'eu-west-3': version } },
    `versions.json, layer php-82: the version in eu-west-3 must be a whole number from 1; got ${JSON.stringify(version)}.`,
  ]),
  [
    'layers without any version',
    { 'php-82': {}, 'php-83': '' },
    'versions.json has no version of any layer: nothing is published.',
  ],
])('%s is refused', (_case, content, message) => {
  expect(() => parse(content)).toThrow(message);
});
