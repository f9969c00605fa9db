import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../../../tests/fixtures/silent-logger.ts';
import { annotateFailures, assertNoneFailed } from '../../src/report/failures.ts';
import { createFailure, createResult } from '../result-fixture.ts';

describe('assertNoneFailed', () => {
  test('throws an error with region, layer and cause of each failure', () => {
    expect(() => assertNoneFailed([createResult({}), createFailure()])).toThrow(
      /^1 of 2 layer–region pairs failed.*\n {2}us-east-1 php-82: ListLayerVersions: denied/,
    );
  });

  test('passes if nothing failed, or only optional regions', () => {
    expect(() => assertNoneFailed([createResult({}), createFailure({ isOptional: true })])).not.toThrow();
  });
});

test('logs at most ten failures as errors, and as many of optional regions as warnings', () => {
  const log = silentLogger();
  const failures = Array.from({ length: 12 }, (_, index) => createFailure({ region: `region-${index}` }));
  annotateFailures([createResult({}), ...failures, createFailure({ isOptional: true })], log);
  expect(log.lines.filter((line) => line.startsWith('error: '))).toHaveLength(10);
  expect(log.lines.filter((line) => line.startsWith('warning: '))).toEqual([
    'warning: us-east-1 php-82: ListLayerVersions: denied | <b> Allow it.',
  ]);
});
