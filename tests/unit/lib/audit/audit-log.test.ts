import { describe, expect, test } from 'vitest';
import { describeTarget, logAudit } from '#lib/audit/audit-log.ts';
import { summarizeFindings } from '#lib/audit/audit-summary.ts';
import { completeFinding, findFailures } from '#lib/audit/findings.ts';
import { missingLibrary } from '#lib/audit/rules/missing-library.ts';
import { notStripped } from '#lib/audit/rules/not-stripped.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';

const missing = completeFinding(missingLibrary, {
  file: 'bin/php',
  subject: 'libonig.so.5',
  message: 'No layer contains it.',
  remedy: 'Put it into lib/.',
});
const unstripped = completeFinding(notStripped, { file: 'bin/php', message: 'Lambda does not use .symtab.' });
const waived = { ...missing, file: 'bin/<b>|x', waived: 'never loaded' };
const audit = {
  runtime: 'provided.al2023',
  lowerLayers: [],
  findings: [waived, missing, unstripped],
  libraries: {},
  elf: [],
};

test('only errors that are not waived prevent packaging', () => {
  expect(findFailures(audit.findings)).toEqual([missing]);
});

describe('the log', () => {
  test('contains a table of all findings, waived ones last, and then each open finding with its fix', () => {
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
      'error: missing-library in bin/php: No layer contains it. Put it into lib/.',
      'warning: not-stripped in bin/php: Lambda does not use .symtab. strip --strip-unneeded bin/php',
    ]);
  });

  test('names the gaps, also if nothing was found', () => {
    const log = silentLogger();
    const unchecked = [
      { file: 'bref/extensions/a.so', symbols: 2, libraries: ['php-82:bin/php', 'libarchive.so.13'] },
      { file: 'bref/extensions/b.so', symbols: 1, libraries: ['php-82:bin/php'] },
    ];
    logAudit(log, 'x', { ...audit, findings: [], unchecked });
    expect(log.lines).toEqual([
      'Audit of x against provided.al2023: nothing found.',
      'Not checked: 3 symbols of 2 files, because the exports of these are unknown: libarchive.so.13, php-82:bin/php. ' +
        'The audit file has the details.',
    ]);
  });

  test('merges equal waived findings in many files of one folder into one row', () => {
    const log = silentLogger();
    const waivedIn = (file: string, reason = 'known') => ({ ...unstripped, file, waived: reason });
    const findings = ['a', 'b', 'c', 'd'].map((name) => waivedIn(`lib/many/${name}.so`));
    const others = [waivedIn('lib/many/e.so', 'another reason'), waivedIn('lib/few/a.so')];
    logAudit(log, 'php-82', {
      ...audit,
      findings: [...findings, ...others, { ...unstripped, file: 'lib/many/f.so' }],
    });
    expect(log.lines[1]?.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['rule', 'file', 'subject'],
      ['warning', 'not-stripped', 'lib/many/f.so'],
      ['waived', 'not-stripped', 'lib/many/* (4 files)'],
      ['waived', 'not-stripped', 'lib/many/e.so'],
      ['waived', 'not-stripped', 'lib/few/a.so'],
    ]);
  });

  test('is one line if there are no findings', () => {
    const log = silentLogger();
    logAudit(log, 'php-82', { ...audit, findings: [] });
    expect(log.lines).toEqual(['Audit of php-82 against provided.al2023: nothing found.']);
  });

  test('escapes control characters in file names', () => {
    const log = silentLogger();
    const hostile = { ...missing, file: 'bin/x\n::add-mask::y', subject: 'lib\u001b[31m.so' };
    logAudit(log, 'php-82', { ...audit, findings: [hostile] });
    const lines = log.lines.flatMap((line) => line.split('\n'));
    expect(lines.filter((line) => line.startsWith('::'))).toEqual([]);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  test('names the number of findings that only the audit file contains', () => {
    const log = silentLogger();
    const findings = Array.from({ length: 3000 }, (_, index) => ({ ...missing, file: `bin/${index}` }));
    logAudit(log, 'php-82', { ...audit, findings });
    expect(log.lines.join('\n').split('\n').length).toBeLessThan(300);
    expect(log.lines).toContain('  and 2800 more in the audit file');
  });
});

test.each([
  [[], 'provided.al2023'],
  [['php-82'], 'provided.al2023 and the layer php-82'],
  [['php-82', 'redis'], 'provided.al2023 and the layers php-82, redis'],
])('describes the target of an audit with the lower layers %j as %s', (lowerLayers, expected) => {
  expect(describeTarget({ runtime: 'provided.al2023', lowerLayers })).toBe(expected);
});

describe('the summary', () => {
  test('is Markdown with escaped file names and folded waived findings', () => {
    expect(summarizeFindings(audit.findings)).toEqual([
      `|         | Rule                         | File                 | Subject                   | Problem                      | Fix                            |
| ------- | ---------------------------- | -------------------- | ------------------------- | ---------------------------- | ------------------------------ |
| error   | <code>missing-library</code> | <code>bin/php</code> | <code>libonig.so.5</code> | No layer contains it.        | Put it into lib/.              |
| warning | <code>not-stripped</code>    | <code>bin/php</code> |                           | Lambda does not use .symtab. | strip --strip-unneeded bin/php |`,
      `<details><summary>Waived: 1</summary>

|        | Rule                         | File                                | Subject                   | Problem               | Reason of the waiver |
| ------ | ---------------------------- | ----------------------------------- | ------------------------- | --------------------- | -------------------- |
| waived | <code>missing-library</code> | <code>bin/&#60;b&#62;&#124;x</code> | <code>libonig.so.5</code> | No layer contains it. | never loaded         |
</details>`,
    ]);
  });

  test('is empty without findings', () => {
    expect(summarizeFindings([])).toEqual([]);
  });

  test("stays below GitHub's size limit", () => {
    const findings = Array.from({ length: 3000 }, (_, index) => ({ ...missing, file: `bin/${index}` }));
    const [text = ''] = summarizeFindings(findings);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toContain('And 2800 more in the audit file.');
  });
});
