import { expect, test } from 'vitest';
import { countProperties, exclude } from '../../binaries/http-properties.ts';

const report = (statuses: Readonly<Record<string, string>>) => ({
  success: !Object.values(statuses).includes('failed'),
  testResults: [{ assertionResults: Object.entries(statuses).map(([title, status]) => ({ title, status })) }],
});

test('properties are counted by their status', () => {
  const statuses = { one: 'passed', two: 'passed', three: 'skipped', four: 'failed' };
  expect(countProperties(report(statuses), ['three'])).toEqual({ passed: 2, skipped: 1, failed: 1 });
});

test('a skipped property that does not exist is an error, also beside one that exists', () => {
  expect(() => countProperties(report({ one: 'passed', two: 'skipped' }), ['two', 'tow'])).toThrow(
    'No property of tests/http has the name "tow". Correct "skipped" in the pins.',
  );
});

test('a file that could not be loaded is an error', () => {
  expect(() => countProperties({ success: false, testResults: [{ assertionResults: [] }] }, [])).toThrow(
    'tests/http could not run. The message of vitest is above.',
  );
});

test('the pattern leaves out exactly the names', () => {
  const pattern = new RegExp(exclude(['a query (decoded)', 'a path']));
  expect(pattern.test('gateway v1 a query (decoded)')).toBe(false);
  expect(pattern.test('a path')).toBe(false);
  expect(pattern.test('a path is encoded')).toBe(true);
  expect(pattern.test('gateway v1 a query decoded')).toBe(true);
});
