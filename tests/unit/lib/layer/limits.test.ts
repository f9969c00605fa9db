import { expect, test } from 'vitest';
import { checkUnzippedSize, checkZipSize, largestFiles } from '#lib/layer/limits.ts';
import { directUploadLimitBytes, unzippedLimitBytes } from '#lib/layer/quotas.ts';

const largest = [{ path: 'bin/php', size: 20_000_000 }];

test("accepts a layer tree and a zip of exactly Lambda's limits", () => {
  checkUnzippedSize(unzippedLimitBytes, unzippedLimitBytes, largest);
  checkZipSize(directUploadLimitBytes, directUploadLimitBytes, largest);
  expect([unzippedLimitBytes, directUploadLimitBytes]).toEqual([250 * 2 ** 20, 50 * 2 ** 20]);
});

test.each([
  ['a layer tree', checkUnzippedSize, unzippedLimitBytes, ['262,144,001 bytes', '262,144,000 bytes']],
  ['a zip', checkZipSize, directUploadLimitBytes, ['52,428,801 bytes', '52,428,800 bytes']],
])(
  'rejects %s that is one byte too large, with its size, the limit, a fix and the largest files',
  (_, check, limit, figures) => {
    for (const part of [...figures, 'max-', 'strip --strip-unneeded', '20,000,000 bytes  bin/php']) {
      expect(() => check(limit + 1, limit, largest)).toThrow(part);
    }
  },
);

test('lists the ten largest files, largest first', () => {
  const entries = Array.from({ length: 12 }, (_, size) => ({
    type: 'file' as const,
    path: `f${size}`,
    source: '',
    size,
    modified: 0n,
    permissions: 0o644,
    isExecutable: false,
  }));
  const link = { type: 'symlink', path: 'link', target: 'f1' } as const;
  const paths = largestFiles([link, ...entries]).map(({ path }) => path);
  expect(paths).toEqual(['f11', 'f10', 'f9', 'f8', 'f7', 'f6', 'f5', 'f4', 'f3', 'f2']);
});
