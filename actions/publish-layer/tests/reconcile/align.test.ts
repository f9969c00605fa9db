import { expect, test } from 'vitest';
import { alignLayers, foreseeAlignment, type Lag } from '../../src/reconcile/align.ts';
import type { LayerResult } from '../../src/reconcile/result.ts';
import { createResult } from '../result-fixture.ts';

const at = (region: string, version: number, changes: Partial<LayerResult> = {}): LayerResult =>
  createResult({ region, number: version, outcome: 'unchanged', ...changes });
const numbers = (results: readonly LayerResult[]) =>
  results.map(({ region, outcome, version }) => `${region} ${outcome} ${version?.version}`);

/** Raises as the regions would; a region may land higher than it should. */
const raiseTo = (land: (lag: Lag) => number) => async (lags: readonly Lag[]) =>
  lags.map((lag) => at(lag.result.region, land(lag), { outcome: 'published', layer: lag.result.layer }));

test('regions that lag are raised to the highest number, layer by layer', async () => {
  const results = [at('a', 3), at('b', 5), at('a', 9, { layer: 'console' })];
  const aligned = await alignLayers(
    results,
    10,
    raiseTo(({ target }) => target),
  );
  expect(numbers(aligned)).toEqual(['a published 5', 'b unchanged 5', 'a unchanged 9']);
});

test('a region that would need too many versions fails, and the others are aligned', async () => {
  const results = [at('a', 629), at('b', 620), at('c', 3)];
  const raised: Lag[] = [];
  const aligned = await alignLayers(results, 10, async (lags) => {
    raised.push(...lags);
    return raiseTo(({ target }) => target)(lags);
  });
  expect(numbers(aligned)).toEqual(['a unchanged 629', 'b published 629', 'c failed 3']);
  expect(aligned[2]?.cause).toMatch(/Has version 3, .* have 629: .*more than 10 versions \("align-limit"\)/);
  expect(raised.map(({ result }) => result.region)).toEqual(['b']);
});

test('a late version that makes a region the highest raises all the others once more', async () => {
  let late = 1;
  const aligned = await alignLayers(
    [at('a', 3), at('b', 4)],
    10,
    raiseTo(({ target }) => target + (late-- > 0 ? 1 : 0)),
  );
  expect(numbers(aligned)).toEqual(['a published 5', 'b published 5']);
});

test('rounds end at the limit of versions even when every one brings a late version', async () => {
  const aligned = await alignLayers(
    [at('a', 1), at('b', 2)],
    5,
    raiseTo(({ target }) => target + 1),
  );
  expect(aligned.some(({ outcome }) => outcome === 'failed')).toBe(true);
});

test('what failed neither lags nor leads', async () => {
  const failed = at('a', 7, { outcome: 'failed' });
  expect(
    await alignLayers(
      [failed, at('b', 2)],
      5,
      raiseTo(() => 0),
    ),
  ).toEqual([failed, at('b', 2)]);
});

test('a dry run says what aligning would do', () => {
  const results = [
    at('a', 3, { outcome: 'would publish' }),
    at('b', 5, { outcome: 'would publish' }),
    createResult({ region: 'c', outcome: 'would publish', version: undefined }),
  ];
  expect(foreseeAlignment(results, 3).map(({ notes }) => notes)).toEqual([
    ['would publish 2 more times, to reach version 6'],
    [],
    ['lags 5 versions behind 6, more than "align-limit"'],
  ]);
});
