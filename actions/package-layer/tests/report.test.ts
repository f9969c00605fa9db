import { expect, test } from 'vitest';
import { type Finding, findingOf } from '#lib/audit/findings.ts';
import { missingLibrary } from '#lib/audit/rules/missing-library.ts';
import { silentLogger } from '../../../tests/helpers/silent-logger.ts';
import { logPruned, logSizes, renderSummary } from '../src/report.ts';

const missing: Finding = findingOf(missingLibrary, {
  file: 'bin/php',
  subject: 'libonig.so.5',
  message: 'Nobody has libonig.so.5.',
});

test('the summary has the sizes against the limits, the findings, and the largest files', () => {
  const summary = renderSummary({
    name: 'php-82',
    cpu: 'x86',
    audit: {
      runtime: 'provided.al2023',
      lowerLayers: ['base'],
      findings: [missing],
      libraries: {},
      elf: [],
    },
    unzippedSize: 131_072_000,
    limits: { zip: 52_428_800, unzipped: 262_144_000 },
    largest: [{ path: 'bin/php', size: 16_800_000, zippedSize: 5_242_880 }],
    zip: { size: 26_214_400, codeSha256: 'abc=' },
  });
  expect(summary).toBe(`### Layer <code>php-82</code>

|  |  |
| --- | --- |
| CPU | x86 |
| Audit | 1 error, 0 warnings, 0 waived (provided.al2023 and the layer base) |
| Unpacked | 131,072,000 bytes, 50 % of what is allowed |
| Zip | 26,214,400 bytes, 50 % of what is allowed |
| CodeSha256 | \`abc=\` |

|  | Rule | File | Subject | Problem | Fix |
| --- | --- | --- | --- | --- | --- |
| error | <code>missing-library</code> | <code>bin/php</code> | <code>libonig.so.5</code> | Nobody has libonig.so.5. | Put it into lib/ of the layer, or build without it. |

<details><summary>The largest files</summary>

| File | Bytes | In the zip | Share |
| --- | --- | --- | --- |
| <code>bin/php</code> | 16,800,000 | 5,242,880 | 20 % |
</details>
`);
});

test('the log says of each file that was left out by which rule, and how to keep it', () => {
  const log = silentLogger();
  logPruned(log, {
    tree: { entries: [], folders: new Set(), emptyFolders: [], size: 0 },
    removed: [
      { path: 'include/x.h', rule: 'header', size: 1_000 },
      { path: 'include/y.h', rule: 'header', size: 234 },
      { path: 'lib/libx.a', rule: 'static archive', size: 5 },
    ],
    linked: [{ path: 'lib/libx.so', target: 'libx.so.1', size: 70 }],
  });
  expect(log.lines).toEqual([
    'Left out, header, 1,234 bytes: include/x.h, include/y.h',
    'Left out, static archive, 5 bytes: lib/libx.a',
    'Equal libraries packed once, 70 bytes saved: lib/libx.so -> libx.so.1',
    'Set "prune" to false to pack the tree as it is.',
  ]);
});

test('of a tree from which nothing was left out the log says nothing', () => {
  const log = silentLogger();
  logPruned(log, {
    tree: { entries: [], folders: new Set(), emptyFolders: [], size: 0 },
    removed: [],
    linked: [],
  });
  expect(log.lines).toEqual([]);
});

test('the log says what the largest files cost in the zip, and which are of equal content', () => {
  const log = silentLogger();
  const file = (path: string, size: number, zippedSize: number, sha256: string) =>
    ({ type: 'file', path, mode: '0644', size, zippedSize, sha256 }) as const;
  logSizes(log, {
    schema: 1,
    name: 'layer',
    cpu: 'x86',
    zip: 'layer.zip',
    size: 1_000,
    unzippedSize: 1_510,
    codeSha256: '',
    files: [
      file('a', 100, 50, '1'),
      file('b', 1_310, 700, '2'),
      file('c', 100, 50, '1'),
      file('empty', 0, 0, '3'),
      file('empty too', 0, 0, '3'),
    ],
    metadata: null,
  });
  expect(log.lines).toEqual([
    [
      'The largest files, unpacked, in the zip, and their share of it:',
      '  1,310 bytes  700 bytes  70 %  b',
      '    100 bytes   50 bytes   5 %  a',
      '    100 bytes   50 bytes   5 %  c',
      '      0 bytes    0 bytes   0 %  empty',
      '      0 bytes    0 bytes   0 %  empty too',
    ].join('\n'),
    'Of equal content: a, c',
  ]);
});
