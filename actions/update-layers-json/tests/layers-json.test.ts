import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLower, mergeVersions } from '../src/layers-json.ts';

const bref = `{
    "php-82": {
        "us-east-1": 22,
        "eu-west-1": 22
    },
    "arm-php-82": {
        "us-east-1": 9
    },
    "console": ""
}
`;

test('only the numbers that differ are touched', () => {
  const { text, changes } = mergeVersions(
    bref,
    { 'php-82': { 'eu-west-1': 23, 'us-east-1': 22 } },
    'layers.json',
  );
  expect(text).toBe(bref.replace('"eu-west-1": 22', '"eu-west-1": 23'));
  expect(changes).toEqual([{ layer: 'php-82', region: 'eu-west-1', before: 22, after: 23 }]);
});

test('new regions and layers come last, in the indent of the file', () => {
  const { text } = mergeVersions(
    bref,
    { 'arm-php-82': { 'eu-west-1': 1 }, 'php-85': { 'eu-west-1': 2 } },
    'layers.json',
  );
  expect(text).toBe(`{
    "php-82": {
        "us-east-1": 22,
        "eu-west-1": 22
    },
    "arm-php-82": {
        "us-east-1": 9,
        "eu-west-1": 1
    },
    "console": "",
    "php-85": {
        "eu-west-1": 2
    }
}
`);
});

test('a layer without any version, which Bref writes as an empty text, gets its first ones', () => {
  const { text, changes } = mergeVersions(
    bref,
    { console: { 'eu-west-1': 1, 'us-east-1': 2 } },
    'layers.json',
  );
  expect(JSON.parse(text).console).toEqual({ 'eu-west-1': 1, 'us-east-1': 2 });
  expect(changes.map(({ before }) => before)).toEqual([undefined, undefined]);
});

test('numbers stay texts where the file has texts, and what is new is as the rest', () => {
  const before = '{"php-82":{"us-east-1":"4"},"php-83":{"us-east-1":1}}';
  const { text } = mergeVersions(
    before,
    { 'php-82': { 'us-east-1': 5, a: 1 }, 'php-83': { 'us-east-1': 2 }, 'php-84': { a: 1 } },
    'layers.json',
  );
  expect(JSON.parse(text)).toEqual({
    'php-82': { 'us-east-1': '5', a: '1' },
    'php-83': { 'us-east-1': 2 },
    'php-84': { a: '1' },
  });
});

test.each([
  ['tabs', '{\n\t"a": {\n\t\t"x": 1\n\t}\n}', '{\n\t"a": {\n\t\t"x": 1,\n\t\t"y": 2\n\t}\n}'],
  ['two blanks', '{\n  "a": {\n    "x": 1\n  }\n}', '{\n  "a": {\n    "x": 1,\n    "y": 2\n  }\n}'],
  [
    "Windows' line ends",
    '{\r\n  "a": {\r\n    "x": 1\r\n  }\r\n}',
    '{\r\n  "a": {\r\n    "x": 1,\r\n    "y": 2\r\n  }\r\n}',
  ],
])('%s stay', (_, before, after) => {
  expect(mergeVersions(before, { a: { y: 2 } }, 'layers.json').text).toBe(after);
});

describe('a file that is none', () => {
  test.each([
    ['', /it is not JSON \(ValueExpected in line 1\)/],
    ['{"a": {"x": 1}', /it is not JSON \(CloseBraceExpected in line 1\)/],
    ['{\n"a": {"x": 1},\n}', /it is not JSON .*in line 3/],
    ['{"a": {"x": 1} // one\n}', /it is not JSON/],
    ['[]', /it is not an object/],
    ['{"a": 3}', /"a" is not an object/],
    ['{"a": {"x": "one"}}', /"a" has "one" for x, which is no version/],
    ['{"a": {"x": 0}}', /"a" has 0 for x/],
    ['{"a": {"x": 1.5}}', /"a" has 1.5 for x/],
    ['{"a": {"x": 1, "x": 2}}', /"a" has "x" twice/],
    ['{"a": {}, "a": {}}', /it has "a" twice/],
  ])('%j is refused', (text, message) => {
    expect(() => mergeVersions(text, { a: { x: 9 } }, 'layers.json of a/b')).toThrow(message);
    expect(() => mergeVersions(text, { a: { x: 9 } }, 'layers.json of a/b')).toThrow(/mend it there/);
  });
});

test('what would go down is found', () => {
  const { changes } = mergeVersions(bref, { 'php-82': { 'us-east-1': 21, 'eu-west-1': 23 } }, 'layers.json');
  expect(findLower(changes)).toEqual([{ layer: 'php-82', region: 'us-east-1', before: 22, after: 21 }]);
});

test('whatever the file and the versions are: the result has both, and a second merge changes nothing', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  const regions = fc.dictionary(name, fc.integer({ min: 1, max: 999 }), { maxKeys: 5 });
  const layers = fc.dictionary(name, regions, { maxKeys: 5 });
  const indent = fc.constantFrom(undefined, 1, 2, 4, '\t');
  fc.assert(
    fc.property(layers, layers, indent, fc.boolean(), (present, versions, space, asTexts) => {
      const write = (_: string, value: unknown) =>
        asTexts && typeof value === 'number' ? String(value) : value;
      const { text } = mergeVersions(JSON.stringify(present, write, space), versions, 'layers.json');
      const expected = Object.fromEntries(
        [...new Set([...Object.keys(present), ...Object.keys(versions)])]
          .map((layer) => [layer, { ...present[layer], ...versions[layer] }] as const)
          .filter(([layer, numbers]) => layer in present || Object.keys(numbers).length > 0),
      );
      expect(JSON.parse(text, (_, value) => (typeof value === 'string' ? Number(value) : value))).toEqual(
        expected,
      );
      expect(mergeVersions(text, versions, 'layers.json')).toEqual({ text, changes: [] });
    }),
  );
});
