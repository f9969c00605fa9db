import { expect, test } from 'vitest';
import type { Finding } from '../../../actions/package-layer/src/audit/findings.ts';
import { failures, logAudit, renderSummary } from '../../../actions/package-layer/src/report.ts';
import { silentLogger } from '../../helpers/silent-logger.ts';

const missing: Finding = {
  rule: 'missing-library',
  severity: 'error',
  file: 'bin/php',
  subject: 'libonig.so.5',
  message: 'Put it into lib/.',
};
const unstripped: Finding = {
  rule: 'not-stripped',
  severity: 'warning',
  file: 'bin/php',
  subject: '',
  message: 'Strip.',
};
const waived: Finding = { ...missing, file: 'bin/<b>|x', waived: 'loaded by nobody' };
const audit = { runtime: 'provided.al2023', findings: [missing, unstripped, waived], libraries: {} };

test('only errors that are not waived fail the packaging', () => {
  expect(failures(audit.findings)).toEqual([missing]);
});

test('the log has a table of all findings, and each that is not waived with its remedy', () => {
  const log = silentLogger();
  logAudit(log, 'php-82', audit);
  expect(log.lines).toEqual([
    'Audit of php-82 against provided.al2023: 1 error, 1 warning, 1 waived',
    [
      '           rule             file       subject',
      '  error    missing-library  bin/php    libonig.so.5',
      '  warning  not-stripped     bin/php',
      '  waived   missing-library  bin/<b>|x  libonig.so.5',
    ].join('\n'),
    'error: missing-library in bin/php: Put it into lib/.',
    'warning: not-stripped in bin/php: Strip.',
  ]);
});

test('the log of a layer without findings is one line', () => {
  const log = silentLogger();
  logAudit(log, 'php-82', { ...audit, findings: [] });
  expect(log.lines).toEqual(['Audit of php-82 against provided.al2023: nothing found.']);
});

test('the summary is Markdown in which no file name can break the table', () => {
  const summary = renderSummary({
    name: 'php-82',
    cpu: 'x86',
    audit,
    unzippedSize: 131_072_000,
    largest: [{ path: 'bin/php', size: 16_800_000 }],
    zip: { size: 26_214_400, codeSha256: 'abc=' },
  });
  expect(summary).toBe(`### Layer <code>php-82</code>

|  |  |
| --- | --- |
| CPU | x86 |
| Audit | 1 error, 1 warning, 1 waived (provided.al2023) |
| Unpacked | 131,072,000 bytes, 50 % of Lambda's limit |
| Zip | 26,214,400 bytes, 50 % of Lambda's limit |
| CodeSha256 | \`abc=\` |

|  | Rule | File | Subject | What to do |
| --- | --- | --- | --- | --- |
| error | <code>missing-library</code> | <code>bin/php</code> | <code>libonig.so.5</code> | Put it into lib/. |
| warning | <code>not-stripped</code> | <code>bin/php</code> |  | Strip. |
| waived | <code>missing-library</code> | <code>bin/&lt;b&gt;&#124;x</code> | <code>libonig.so.5</code> | Put it into lib/. (loaded by nobody) |

<details><summary>The largest files</summary>

| File | Bytes |
| --- | --- |
| <code>bin/php</code> | 16,800,000 |
</details>
`);
});
