import { expect, test } from 'vitest';
import { countOutcomes, describeCounts, renderTable } from '../../src/report/table.ts';
import { createFailure, createResult } from '../result-fixture.ts';

test('the table has aligned columns and one line per result', () => {
  const results = [
    createResult({ notes: ['a', 'b'] }),
    createFailure(),
    createFailure({ region: 'af-south-1', isOptional: true, cause: 'off' }),
  ];
  expect(renderTable(results).split('\n')).toEqual([
    'region      layer   result             version  access',
    'eu-west-1   php-82  published          3        public  a; b',
    'us-east-1   php-82  failed             -        -       ListLayerVersions: denied | <b> Allow it.',
    'af-south-1  php-82  failed (optional)  -        -       off',
  ]);
});

test('results are counted for the log and the outputs', () => {
  const results = [
    createResult({}),
    createFailure(),
    createResult({}),
    createResult({ outcome: 'granted' }),
    createResult({ outcome: 'unchanged' }),
  ];
  expect(describeCounts(results)).toBe('2 published, 1 failed, 1 granted, 1 unchanged');
  expect(countOutcomes(results)).toEqual({ published: 2, granted: 1, skipped: 1, failed: 1 });
});

test('a dry run counts planned changes', () => {
  const results = [createResult({ outcome: 'would publish' }), createResult({ outcome: 'would grant' })];
  expect(countOutcomes(results)).toEqual({ published: 1, granted: 1, skipped: 0, failed: 0 });
});
