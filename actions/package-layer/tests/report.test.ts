import { expect, test } from 'vitest';
import { summarizeFindings } from '#lib/audit/audit-summary.ts';
import { completeFinding, type Finding } from '#lib/audit/findings.ts';
import { missingLibrary } from '#lib/audit/rules/missing-library.ts';
import { silentLogger } from '../../../tests/fixtures/silent-logger.ts';
import { logPruned, logSizes, renderSummary } from '../src/report.ts';

const missing: Finding = completeFinding(missingLibrary, {
  file: 'bin/php',
  subject: 'libonig.so.5',
  message: 'No layer has libonig.so.5.',
});

test('the summary has the sizes, the findings and the largest files', () => {
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
    limits: { zipBytes: 52_428_800, unzippedBytes: 262_144_000 },
    largest: [{ path: 'bin/php', size: 16_800_000, zippedSize: 5_242_880 }],
    zip: { size: 26_214_400, codeSha256: 'abc=' },
  });
  expect(summary).toBe(
    [
      '### Layer <code>php-82</code>',
      `|               |                                                                    |
| ------------- | ------------------------------------------------------------------ |
| CPU           | x86                                                                |
| Audit         | 1 error, 0 warnings, 0 waived (provided.al2023 and the layer base) |
| Unpacked size | 131,072,000 bytes, 50 % of the limit                               |
| Zip size      | 26,214,400 bytes, 50 % of the limit                                |
| CodeSha256    | \`abc=\`                                                             |`,
      ...summarizeFindings([missing]),
      '<details><summary>Largest files</summary>',
      `| File                 | Bytes      | In the zip | Share |
| -------------------- | ---------- | ---------- | ----- |
| <code>bin/php</code> | 16,800,000 | 5,242,880  | 20 %  |
</details>
`,
    ].join('\n\n'),
  );
  expect(summary).toContain('<code>libonig.so.5</code>');
});

test('the log lists the removed files by rule, and explains how to keep them', () => {
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
    'Left out (header, 1,234 bytes): include/x.h, include/y.h',
    'Left out (static archive, 5 bytes): lib/libx.a',
    'Packed equal libraries once, saving 70 bytes: lib/libx.so -> libx.so.1',
    'Set "prune" to false to pack the layer tree unchanged.',
  ]);
});

test('the log is empty if nothing was removed', () => {
  const log = silentLogger();
  logPruned(log, {
    tree: { entries: [], folders: new Set(), emptyFolders: [], size: 0 },
    removed: [],
    linked: [],
  });
  expect(log.lines).toEqual([]);
});

test('the log has the sizes of the largest files, and the files of equal content', () => {
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
      'Largest files (unpacked, in the zip, share of the zip):',
      '  1,310 bytes  700 bytes  70 %  b',
      '    100 bytes   50 bytes   5 %  a',
      '    100 bytes   50 bytes   5 %  c',
      '      0 bytes    0 bytes   0 %  empty',
      '      0 bytes    0 bytes   0 %  empty too',
    ].join('\n'),
    'Equal content: a, c',
  ]);
});
