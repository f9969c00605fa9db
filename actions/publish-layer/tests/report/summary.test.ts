import { expect, test } from 'vitest';
import { renderSummary } from '../../src/report/summary.ts';
import { createFailure, createResult } from '../result-fixture.ts';

test('the summary lists failures first, and contains differing numbers and all ARNs', () => {
  const results = [createResult({}), createFailure()];
  const versions = { 'php-82': { 'eu-west-1': 3, 'af-south-1': 2 } };
  const summary = renderSummary(results, versions, '123456789012');
  expect(summary).toMatch(/^### Layers in account 123456789012: 1 published, 1 failed/);
  expect(summary).toContain('- php-82: 3 in eu-west-1; 2 in af-south-1');
  expect(summary).toMatch(
    /\| us-east-1 \| php-82 \| failed +\| - +\| - +\| ListLayerVersions: denied &#124; &#60;b&#62; Allow it. \|\n\| eu-west-1 \| php-82 \| published \| 3 +\| public \|/,
  );
  expect(summary).toContain('| eu-west-1 | `arn:aws:lambda:eu-west-1:123456789012:layer:php-82:3` |');
});

test('a table that is too large for a summary is replaced by a hint', () => {
  const results = Array.from({ length: 22 }, (_, region) =>
    Array.from({ length: 1000 }, (_, layer) =>
      createResult({ region: `r-${region}`, layer: `layer-${layer}` }),
    ),
  ).flat();
  const summary = renderSummary(results, {}, '123456789012');
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  expect(summary).toMatch(/22000 published[\s\S]*The table is too large for a job summary/);
});
