import { expect, test } from 'vitest';
import { alignLayers, type Lag, previewAlignment } from '../../src/reconcile/align.ts';
import type { LayerResult } from '../../src/reconcile/result.ts';
import { createResult } from '../result-fixture.ts';

const at = (region: string, version: number, changes: Partial<LayerResult> = {}): LayerResult =>
  createResult({ region, number: version, outcome: 'unchanged', ...changes });
const numbers = (results: readonly LayerResult[]) =>
  results.map(({ region, outcome, version }) => `${region} ${outcome} ${version?.version}`);

/** Publishes like the regions. A region may get a higher number than its target. */
const publishTo = (numberOf: (lag: Lag) => number) => async (lags: readonly Lag[]) =>
  lags.map((lag) => at(lag.result.region, numberOf(lag), { outcome: 'published', layer: lag.result.layer }));

test('aligns regions with the highest number of each layer', async () => {
  const results = [at('a', 3), at('b', 5), at('a', 9, { layer: 'console' })];
  const aligned = await alignLayers(
    results,
    10,
    publishTo(({ target }) => target),
  );
  expect(numbers(aligned)).toEqual(['a published 5', 'b unchanged 5', 'a unchanged 9']);
});

test('fails a region that would need too many versions, and aligns the others', async () => {
  const results = [at('a', 629), at('b', 620), at('c', 3)];
  const published: Lag[] = [];
  const aligned = await alignLayers(results, 10, async (lags) => {
    published.push(...lags);
    return publishTo(({ target }) => target)(lags);
  });
  expect(numbers(aligned)).toEqual(['a unchanged 629', 'b published 629', 'c failed 3']);
  expect(aligned[2]?.cause).toMatch(
    /Version 3 has the right content, .* have version 629\. .*more than 10 versions \("align-limit"\)/,
  );
  expect(published.map(({ result }) => result.region)).toEqual(['b']);
});

test('aligns all others again if a late version gives a region the highest number', async () => {
  let late = 1;
  const aligned = await alignLayers(
    [at('a', 3), at('b', 4)],
    10,
    publishTo(({ target }) => target + (late-- > 0 ? 1 : 0)),
  );
  expect(numbers(aligned)).toEqual(['a published 5', 'b published 5']);
});

test('ends at the limit even if each round adds a late version', async () => {
  const aligned = await alignLayers(
    [at('a', 1), at('b', 2)],
    5,
    publishTo(({ target }) => target + 1),
  );
  expect(aligned.some(({ outcome }) => outcome === 'failed')).toBe(true);
});

test('ignores failed results', async () => {
  const failed = at('a', 7, { outcome: 'failed' });
  expect(
    await alignLayers(
      [failed, at('b', 2)],
      5,
      publishTo(() => 0),
    ),
  ).toEqual([failed, at('b', 2)]);
});

test('a dry run notes the planned alignment', () => {
  const results = [
    at('a', 3, { outcome: 'would publish' }),
    at('b', 5, { outcome: 'would publish' }),
    createResult({ region: 'c', outcome: 'would publish', version: undefined }),
  ];
  expect(previewAlignment(results, 3).map(({ notes }) => notes)).toEqual([
    ['would publish 2 more times to reach version 6'],
    [],
    ['is 5 versions behind 6, more than "align-limit"'],
  ]);
});
