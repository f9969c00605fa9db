import { expect, test } from 'vitest';
import { parseVersions } from '../../../../tools/catalogue/data/published.ts';

const parse = (content: unknown) => Object.fromEntries(parseVersions(content, 'versions.json'));

test('versions are numbers, or strings as in branch 2.x of bref; an empty string is no version', () => {
  expect(parse({ 'php-82': { 'eu-west-3': 7, 'us-east-1': '12', 'eu-west-1': '' }, 'php-83': '' })).toEqual({
    'php-82': [
      { region: 'us-east-1', partition: 'aws', version: 12 },
      { region: 'eu-west-3', partition: 'aws', version: 7 },
    ],
    'php-83': [],
  });
});

test('a region in China has its own partition', () => {
  expect(parse({ 'php-82': { 'cn-north-1': 1 } })).toEqual({
    'php-82': [{ region: 'cn-north-1', partition: 'aws-cn', version: 1 }],
  });
});

const noLayer = 'versions.json contains no layer. It must have the form {"php-82": {"eu-west-3": 7}}.';

test.each<[string, unknown, string]>([
  ['a list', [], noLayer],
  ['null', null, noLayer],
  ['a string', 'php-82', noLayer],
  ['no layer', {}, noLayer],
  [
    'a name that AWS rejects',
    { '<b>': { 'eu-west-3': 1 } },
    'versions.json: a layer name must be 1 to 140 letters, digits, "-" or "_"; got "<b>".',
  ],
  ['a name that is a path', { '../../php-82': { 'eu-west-3': 1 } }, 'got "../../php-82".'],
  [
    'a layer with a number',
    { 'php-82': 7 },
    'versions.json, layer php-82: the value must be an object of versions by region; got 7.',
  ],
  [
    'a region that does not exist',
    { 'php-82': { 'eu-wst-3': 7 } },
    'versions.json, layer php-82: "eu-wst-3" is not a region of lib/aws/regions.json. Correct the name, or add the region to that file.',
  ],
  ...[0, -1, 1.5, 'seven', '7"', null, 1e30].map((version): [string, unknown, string] => [
    `version ${version}`,
    { 'php-82': { 'eu-west-3': version } },
    `versions.json, layer php-82: the version in eu-west-3 must be a whole number of at least 1; got ${JSON.stringify(version)}.`,
  ]),
  [
    'layers without any version',
    { 'php-82': {}, 'php-83': '' },
    'versions.json contains no layer version. Publish the layers first.',
  ],
])('rejects %s', (_case, content, message) => {
  expect(() => parse(content)).toThrow(message);
});
