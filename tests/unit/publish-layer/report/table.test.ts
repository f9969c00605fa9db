import { describe, expect, test } from 'vitest';
import type { LayerResult } from '../../../../actions/publish-layer/src/reconcile/result.ts';
import { collectArns, renderArns } from '../../../../actions/publish-layer/src/report/arns.ts';
import { assertNoneFailed } from '../../../../actions/publish-layer/src/report/failures.ts';
import { renderSummary } from '../../../../actions/publish-layer/src/report/summary.ts';
import {
  countOutcomes,
  describeCounts,
  renderTable,
} from '../../../../actions/publish-layer/src/report/table.ts';
import {
  collectVersions,
  describeDifferences,
} from '../../../../actions/publish-layer/src/report/versions.ts';

function result({
  number = 3,
  ...changes
}: Partial<LayerResult> & { readonly number?: number }): LayerResult {
  const { region = 'eu-west-1', layer = 'php-82' } = changes;
  return {
    region,
    layer,
    outcome: 'published',
    version: {
      version: number,
      arn: `arn:aws:lambda:${region}:123456789012:layer:${layer}:${number}`,
      codeSha256: 'x',
      architectures: [],
      runtimes: [],
      description: undefined,
      license: undefined,
      grants: [{ statementId: 'public', to: 'everyone' }],
    },
    cause: undefined,
    notes: [],
    isOptional: false,
    ...changes,
  };
}

const failed = result({
  region: 'us-east-1',
  outcome: 'failed',
  version: undefined,
  cause: 'ListLayerVersions: denied | <b>\nAllow it.',
});

describe('versions', () => {
  test('are those of what did not fail, by name', () => {
    const results = [
      failed,
      result({}),
      result({ layer: 'console', region: 'us-west-1', outcome: 'unchanged', number: 9 }),
      result({ layer: 'console', outcome: 'would publish', number: 1 }),
      result({ layer: 'console', region: 'af-south-1', outcome: 'granted', number: 2 }),
    ];
    expect(JSON.stringify(collectVersions(results, {}))).toBe(
      '{"console":{"af-south-1":2,"us-west-1":9},"php-82":{"eu-west-1":3}}',
    );
  });

  test('of a region that was left out, or may fail, stay what they were; of one that may not fail they are gone', () => {
    const previous = { 'php-82': { 'af-south-1': 1, 'us-east-1': 1, 'eu-south-1': 1 } };
    const optional = { ...failed, region: 'eu-south-1', isOptional: true };
    expect(collectVersions([result({}), failed, optional], previous)).toEqual({
      'php-82': { 'af-south-1': 1, 'eu-south-1': 1, 'eu-west-1': 3 },
    });
  });

  test('that differ between regions are told', () => {
    expect(describeDifferences({ a: { x: 1, y: 1 }, b: { x: 2, y: 1, z: 2, v: 2, w: 2 } })).toEqual([
      'b: 2 in 4 regions; 1 in y',
    ]);
  });
});

test('the table has aligned columns and one line for each result', () => {
  expect(renderTable([result({ notes: ['a', 'b'] }), failed]).split('\n')).toEqual([
    'region     layer   result     version  access',
    'eu-west-1  php-82  published  3        public  a; b',
    'us-east-1  php-82  failed     -        -       ListLayerVersions: denied | <b> Allow it.',
  ]);
});

test('results are counted', () => {
  const results = [result({}), failed, result({}), result({ outcome: 'unchanged' })];
  expect(describeCounts(results)).toBe('2 published, 1 failed, 1 unchanged');
  expect(countOutcomes(results)).toEqual({ published: 2, granted: 0, skipped: 1, failed: 1 });
});

test('the summary has failures first, every ARN of what is done, and no markup of others', () => {
  const summary = renderSummary([result({}), failed], { 'php-82': { 'eu-west-1': 3 } }, '123456789012');
  expect(summary).toMatch(
    /\| us-east-1 \| php-82 \| failed [\s\S]*\| eu-west-1 \| php-82 \| published \| 3 \| public \|/,
  );
  expect(summary).toContain('denied \\| &lt;b> Allow it.');
  expect(summary).toContain('| eu-west-1 | `arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3` |');
});

test('a summary that GitHub would not take is told in short', () => {
  const many = Array.from({ length: 9_000 }, (_, index) => result({ layer: `layer-${index}` }));
  const summary = renderSummary(many, {}, '123456789012');
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(summary).toContain('see the log, `versions.json` and `arns.md`');
});

test('ARNs of what is done are listed for release notes', () => {
  expect(renderArns(collectArns([result({}), failed]))).toContain(
    '### php-82\n\n| Region | ARN |\n|---|---|\n| eu-west-1 | `arn:aws:lambda:eu-west-1:',
  );
});

describe('assertNoneFailed', () => {
  test('throws with region, layer and cause of each failure', () => {
    expect(() => assertNoneFailed([result({}), failed])).toThrow(
      /^1 of 2 layers in regions failed.*\n {2}us-east-1 php-82: ListLayerVersions: denied/,
    );
  });

  test('is content when nothing failed but what may', () => {
    expect(() => assertNoneFailed([result({}), { ...failed, isOptional: true }])).not.toThrow();
  });
});
