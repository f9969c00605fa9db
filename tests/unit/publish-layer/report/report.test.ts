import { describe, expect, test } from 'vitest';
import {
  assertNoneFailed,
  collectVersions,
  countOutcomes,
  type LayerResult,
  renderSummary,
  renderTable,
} from '../../../../actions/publish-layer/src/report/report.ts';

function result(changes: Partial<LayerResult>): LayerResult {
  return {
    region: 'eu-west-1',
    layer: 'php-82',
    outcome: 'published',
    version: 3,
    arn: 'arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3',
    isPublic: true,
    cause: undefined,
    notes: [],
    ...changes,
  };
}

const failed = result({
  region: 'us-east-1',
  outcome: 'failed',
  version: undefined,
  arn: undefined,
  isPublic: undefined,
  cause: 'ListLayerVersions: denied | <b>\nAllow it.',
});

test('versions are those of what did not fail, by name', () => {
  const results = [
    failed,
    result({}),
    result({ layer: 'console', region: 'us-west-1', outcome: 'unchanged', version: 9 }),
    result({ layer: 'console', outcome: 'would publish', version: 1 }),
    result({ layer: 'console', region: 'af-south-1', outcome: 'granted', version: 2 }),
  ];
  expect(JSON.stringify(collectVersions(results))).toBe(
    '{"console":{"af-south-1":2,"us-west-1":9},"php-82":{"eu-west-1":3}}',
  );
});

test('the table has aligned columns and one line for each result', () => {
  expect(renderTable([result({ notes: ['a', 'b'] }), failed]).split('\n')).toEqual([
    'region     layer   result     version  access',
    'eu-west-1  php-82  published  3        public  a; b',
    'us-east-1  php-82  failed     -        -       ListLayerVersions: denied | <b> Allow it.',
  ]);
});

test('results are counted', () => {
  expect(countOutcomes([result({}), failed, result({})])).toBe('2 published, 1 failed');
});

test('the summary has a table and every ARN of what is done', () => {
  const summary = renderSummary([result({}), failed], '123456789012');
  expect(summary).toContain('| eu-west-1 | php-82 | published | 3 | public |  |');
  expect(summary).toContain('denied \\| &lt;b> Allow it.');
  expect(summary).toContain('<summary>1 ARNs</summary>\n\n```\narn:aws:lambda:eu-west-1:');
});

describe('assertNoneFailed', () => {
  test('throws with region, layer and cause of each failure', () => {
    expect(() => assertNoneFailed([result({}), failed])).toThrow(
      /^1 of 2 layers in regions failed.*\n {2}us-east-1 php-82: ListLayerVersions: denied/,
    );
  });

  test('is content when nothing failed', () => {
    expect(() => assertNoneFailed([result({})])).not.toThrow();
  });
});
