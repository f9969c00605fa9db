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

test('changes only the numbers that differ', () => {
  const { text, changes } = mergeVersions(
    bref,
    { 'php-82': { 'eu-west-1': 23, 'us-east-1': 22 } },
    'layers.json',
  );
  expect(text).toBe(bref.replace('"eu-west-1": 22', '"eu-west-1": 23'));
  expect(changes).toEqual([{ layer: 'php-82', region: 'eu-west-1', before: 22, after: 23 }]);
});

test('appends new regions and layers with the indent of the file', () => {
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

test('fills a layer that has an empty string because it has no version yet', () => {
  const { text, changes } = mergeVersions(
    bref,
    { console: { 'eu-west-1': 1, 'us-east-1': 2 } },
    'layers.json',
  );
  expect(JSON.parse(text).console).toEqual({ 'eu-west-1': 1, 'us-east-1': 2 });
  expect(changes.map(({ before }) => before)).toEqual([undefined, undefined]);
});

test('keeps the type of each number and gives new numbers the type of the others', () => {
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
  ['two spaces', '{\n  "a": {\n    "x": 1\n  }\n}', '{\n  "a": {\n    "x": 1,\n    "y": 2\n  }\n}'],
  [
    'line ends of Windows',
    '{\r\n  "a": {\r\n    "x": 1\r\n  }\r\n}',
    '{\r\n  "a": {\r\n    "x": 1,\r\n    "y": 2\r\n  }\r\n}',
  ],
])('keeps %s', (_, before, after) => {
  expect(mergeVersions(before, { a: { y: 2 } }, 'layers.json').text).toBe(after);
});

describe('a file of another form', () => {
  test.each([
    ['', /it is not JSON \(ValueExpected in line 1\)/],
    ['{"a": {"x": 1}', /it is not JSON \(CloseBraceExpected in line 1\)/],
    ['{\n"a": {"x": 1},\n}', /it is not JSON .*in line 3/],
    ['{"a": {"x": 1} // one\n}', /it is not JSON/],
    ['[]', /it is not an object/],
    ['{"a": 3}', /"a" is not an object/],
    ['{"a": {"x": "one"}}', /"a" has "one" for x, which is not a layer version/],
    ['{"a": {"x": 0}}', /"a" has 0 for x/],
    ['{"a": {"x": 1.5}}', /"a" has 1.5 for x/],
    ['{"a": {"x": 1, "x": 2}}', /"a" has "x" twice/],
    ['{"a": {}, "a": {}}', /it has "a" twice/],
  ])('rejects %j', (text, message) => {
    expect(() => mergeVersions(text, { a: { x: 9 } }, 'layers.json of a/b')).toThrow(message);
    expect(() => mergeVersions(text, { a: { x: 9 } }, 'layers.json of a/b')).toThrow(
      /^Cannot update layers.json of a\/b because .*Fix it there/,
    );
  });
});

test('finds changes that lower a number', () => {
  const { changes } = mergeVersions(bref, { 'php-82': { 'us-east-1': 21, 'eu-west-1': 23 } }, 'layers.json');
  expect(findLower(changes)).toEqual([{ layer: 'php-82', region: 'us-east-1', before: 22, after: 21 }]);
});

test('merges any versions into any file, and a second merge changes nothing', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
  const regions = fc.dictionary(name, fc.integer({ min: 1, max: 999 }), { maxKeys: 5 });
  const layers = fc.dictionary(name, regions, { maxKeys: 5 });
  const indent = fc.constantFrom(undefined, 1, 2, 4, '\t');
  fc.assert(
    fc.property(layers, layers, indent, fc.boolean(), (current, versions, space, asStrings) => {
      const write = (_: string, value: unknown) =>
        asStrings && typeof value === 'number' ? String(value) : value;
      const { text } = mergeVersions(JSON.stringify(current, write, space), versions, 'layers.json');
      const expected = Object.fromEntries(
        [...new Set([...Object.keys(current), ...Object.keys(versions)])]
          .map((layer) => [layer, { ...current[layer], ...versions[layer] }] as const)
          .filter(([layer, numbers]) => layer in current || Object.keys(numbers).length > 0),
      );
      expect(JSON.parse(text, (_, value) => (typeof value === 'string' ? Number(value) : value))).toEqual(
        expected,
      );
      expect(mergeVersions(text, versions, 'layers.json')).toEqual({ text, changes: [] });
    }),
  );
});
