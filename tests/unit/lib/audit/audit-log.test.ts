import { describe, expect, test } from 'vitest';
import { describeTarget, logAudit } from '#lib/audit/audit-log.ts';
import { summarizeFindings } from '#lib/audit/audit-summary.ts';
import { failures, findingOf } from '#lib/audit/findings.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';

const missing = findingOf('missing-library', {
  file: 'bin/php',
  subject: 'libonig.so.5',
  message: 'Nobody has it.',
  remedy: 'Put it into lib/.',
});
const unstripped = findingOf('not-stripped', { file: 'bin/php', message: '.symtab only takes room.' });
const waived = { ...missing, file: 'bin/<b>|x', waived: 'loaded by nobody' };
const audit = {
  runtime: 'provided.al2023',
  bases: [],
  findings: [waived, missing, unstripped],
  libraries: {},
  elf: [],
};

test('only errors that are not waived fail the packaging', () => {
  expect(failures(audit.findings)).toEqual([missing]);
});

describe('the log', () => {
  test('has a table of all findings, the waived ones last, then each open one with its remedy', () => {
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
      'error: missing-library in bin/php: Nobody has it. Put it into lib/.',
      'warning: not-stripped in bin/php: .symtab only takes room. strip --strip-unneeded bin/php',
    ]);
  });

  test('gathers what is waived in many files of one folder', () => {
    const log = silentLogger();
    const waivedIn = (file: string, reason = 'known') => ({ ...unstripped, file, waived: reason });
    const findings = ['a', 'b', 'c', 'd'].map((name) => waivedIn(`lib/many/${name}.so`));
    const apart = [waivedIn('lib/many/e.so', 'of another reason'), waivedIn('lib/few/a.so')];
    logAudit(log, 'php-82', {
      ...audit,
      findings: [...findings, ...apart, { ...unstripped, file: 'lib/many/f.so' }],
    });
    expect(log.lines[1]?.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['rule', 'file', 'subject'],
      ['warning', 'not-stripped', 'lib/many/f.so'],
      ['waived', 'not-stripped', 'lib/many/* (4 files)'],
      ['waived', 'not-stripped', 'lib/many/e.so'],
      ['waived', 'not-stripped', 'lib/few/a.so'],
    ]);
  });

  test('of a layer without findings is one line', () => {
    const log = silentLogger();
    logAudit(log, 'php-82', { ...audit, findings: [] });
    expect(log.lines).toEqual(['Audit of php-82 against provided.al2023: nothing found.']);
  });

  test('obeys nothing that stands in a file name', () => {
    const log = silentLogger();
    const hostile = { ...missing, file: 'bin/x\n::add-mask::y', subject: 'lib\u001b[31m.so' };
    logAudit(log, 'php-82', { ...audit, findings: [hostile] });
    const lines = log.lines.flatMap((line) => line.split('\n'));
    expect(lines.filter((line) => line.startsWith('::'))).toEqual([]);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  test('of thousands of findings says how many it leaves to the file', () => {
    const log = silentLogger();
    const findings = Array.from({ length: 3000 }, (_, index) => ({ ...missing, file: `bin/${index}` }));
    logAudit(log, 'php-82', { ...audit, findings });
    expect(log.lines.join('\n').split('\n').length).toBeLessThan(300);
    expect(log.lines).toContain("  and 2800 more, in the audit's file");
  });
});

test.each([
  [[], 'provided.al2023'],
  [['php-82'], 'provided.al2023 and the layer php-82'],
  [['php-82', 'redis'], 'provided.al2023 and the layers php-82, redis'],
])('with the layers %j below, the audit is against %s', (bases, expected) => {
  expect(describeTarget({ runtime: 'provided.al2023', bases })).toBe(expected);
});

describe('the summary', () => {
  test('is Markdown in which no file name can break the table, the waived findings folded', () => {
    expect(summarizeFindings(audit.findings)).toEqual([
      `|  | Rule | File | Subject | What is wrong | What to do |
| --- | --- | --- | --- | --- | --- |
| error | <code>missing-library</code> | <code>bin/php</code> | <code>libonig.so.5</code> | Nobody has it. | Put it into lib/. |
| warning | <code>not-stripped</code> | <code>bin/php</code> |  | .symtab only takes room. | strip --strip-unneeded bin/php |`,
      `<details><summary>Waived: 1</summary>

|  | Rule | File | Subject | What is wrong | Why it is accepted |
| --- | --- | --- | --- | --- | --- |
| waived | <code>missing-library</code> | <code>bin/&#60;b&#62;&#124;x</code> | <code>libonig.so.5</code> | Nobody has it. | loaded by nobody |
</details>`,
    ]);
  });

  test('has nothing to say of no findings', () => {
    expect(summarizeFindings([])).toEqual([]);
  });

  test("stays below GitHub's limit", () => {
    const findings = Array.from({ length: 3000 }, (_, index) => ({ ...missing, file: `bin/${index}` }));
    const [text = ''] = summarizeFindings(findings);
    expect(text.length).toBeLessThan(100_000);
    expect(text).toContain("And 2800 more, in the audit's file.");
  });
});
