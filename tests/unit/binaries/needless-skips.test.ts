import { expect, test } from 'vitest';
import { findNeedlessSkips } from '../../binaries/needless-skips.ts';

const skip = (name: string) => ({ case: name, reason: 'Its SQLite is old.' });

test('a skipped case that passes is needless', async () => {
  const runCase = async (name: string) => [
    { name, reasons: name === 'common/scripts/b.php' ? [] : ['exit code 1'] },
  ];
  const skipped = [skip('common/scripts/a.php'), skip('common/scripts/b.php')];
  expect(await findNeedlessSkips(skipped, runCase)).toEqual([skip('common/scripts/b.php')]);
});

test('a skipped case that did not run is an error', async () => {
  const runCase = async () => [{ name: 'common/scripts/ab.php', reasons: [] }];
  await expect(findNeedlessSkips([skip('common/scripts/a')], runCase)).rejects.toThrow(
    'test-layer ran no case with the name "common/scripts/a", which the pins skip. Skip a whole case.',
  );
});
