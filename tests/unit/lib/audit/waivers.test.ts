import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '#lib/audit/findings.ts';
import { ruleNames } from '#lib/audit/rule-list.ts';
import { applyWaivers, parseWaivers, readTreeWaivers } from '#lib/audit/waivers.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const finding: Finding = {
  rule: 'not-stripped',
  severity: 'warning',
  file: 'bin/a',
  subject: '',
  message: 'm',
  remedy: 'r',
};

test('a waiver has a rule, an optional file and a reason', () => {
  const text = '\n  not-stripped: small anyway\nsymlink lib/my file: made at start: by us\n';
  expect(parseWaivers(text)).toEqual([
    { rule: 'not-stripped', file: undefined, reason: 'small anyway' },
    { rule: 'symlink', file: 'lib/my file', reason: 'made at start: by us' },
  ]);
});

test.each([
  ['not-a-rule: because', `that start with one of the rules ${ruleNames.join(', ')}`],
  ['not-stripped', 'of the form'],
  ['not-stripped:', 'of the form'],
  [': reason', 'of the form'],
])('the waiver %j is rejected', (line, rule) => {
  const parse = (): unknown => parseWaivers(line);
  expect(parse).toThrow(`Input "waive" must have lines ${rule}`);
  expect(parse).toThrow(`; got "${line}".`);
});

test('a waived finding stays in the report, with the reason', () => {
  const { findings, unused } = applyWaivers([finding], parseWaivers('not-stripped: small'));
  expect(findings).toEqual([{ ...finding, waived: 'small' }]);
  expect(unused).toEqual([]);
});

test('a waiver for another file is returned as unused', () => {
  const waivers = parseWaivers('not-stripped bin/b: small');
  expect(applyWaivers([finding], waivers)).toEqual({ findings: [finding], unused: waivers });
});

test.each([
  { file: 'lib/plugins/a.so', isWaived: true },
  { file: 'lib/plugins/more/a.so', isWaived: false },
  { file: 'lib/plugins', isWaived: false },
  { file: 'lib/plugins2/a.so', isWaived: false },
])('a waiver for lib/plugins/* applies to $file: $isWaived', ({ file, isWaived }) => {
  const waivers = parseWaivers('not-stripped lib/plugins/*: small');
  const { findings, unused } = applyWaivers([{ ...finding, file }], waivers);
  expect(findings[0]?.waived).toBe(isWaived ? 'small' : undefined);
  expect(unused).toEqual(isWaived ? [] : waivers);
});

test('waivers beside a layer tree are read in the same form', async () => {
  await using folder = await temporaryFolder();
  const tree = join(folder.path, 'php-82');
  expect(await readTreeWaivers(tree)).toEqual([]);
  await writeFile(`${tree}.waivers.txt`, 'foreign-path lib/a.so: not needed\n');
  expect(await readTreeWaivers(tree)).toEqual([
    { rule: 'foreign-path', file: 'lib/a.so', reason: 'not needed' },
  ]);
  await writeFile(`${tree}.waivers.txt`, 'foreign-path\n');
  await expect(readTreeWaivers(tree)).rejects.toThrow(`${tree}.waivers.txt must have lines`);
});
