import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Audit } from '#lib/audit/audit.ts';
import { toAuditFile } from '#lib/audit/audit-file.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { ruleNames } from '#lib/audit/rule-list.ts';
import { buildElf, x86Interpreter } from '../../../fixtures/elf-builder.ts';
import { makeTree } from '../../../fixtures/layer-tree.ts';
import { packageLayer } from '../../../fixtures/package-layer.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { auditProperty } from '../../../fuzz/properties.ts';
import { collectSeeds } from '../../../fuzz/seeds.ts';

const schema = JSON.parse(await readFile('lib/audit/audit.schema.json', 'utf8'));
const validate = new Ajv2020({ allErrors: true }).compile(schema);

function expectValid(check: ValidateFunction, value: unknown): void {
  check(value);
  expect(check.errors ?? []).toEqual([]);
}

test('the schema lists the rules, and no other names', () => {
  expect(schema.$defs.finding.properties.rule.enum).toEqual(ruleNames);
});

test('the audit file of a rejected layer, with waived findings and symbols, follows the schema', async () => {
  await using fixture = await makeTree({
    'bin/a': buildElf({
      interpreter: x86Interpreter,
      needed: ['libm.so.6', 'libonig.so.5'],
      versionNeeds: [{ library: 'libm.so.6', versions: ['GLIBC_2.35'] }],
      imports: { hypot: 'GLIBC_2.35', onig_new: '' },
      symbolTable: true,
    }),
  });
  const output = join(fixture.root, 'output');
  const waivers = [{ rule: 'not-stripped', file: undefined, reason: 'small' }];
  const packaging = packageLayer(fixture, { waivers });
  await expect(packaging).rejects.toThrow('2 errors');
  const audit = JSON.parse(await readFile(join(output, 'layer.audit.json'), 'utf8'));
  expectValid(validate, audit);
  expect(audit.unchecked).toEqual([{ file: 'bin/a', symbols: 1, libraries: ['libonig.so.5'] }]);
  expect(audit).toMatchObject({
    verdict: 'failed',
    findings: [
      { rule: 'missing-library', subject: 'libonig.so.5' },
      { rule: 'symbol-version', symbols: ['hypot'] },
      { rule: 'not-stripped', waived: 'small' },
    ],
  });
});

test('the audit of any tree of broken files ends, and its result follows the schema', async () => {
  await using folder = await temporaryFolder();
  const check = (audit: Audit): void => {
    expectValid(validate, JSON.parse(JSON.stringify(toAuditFile('fuzz', 'x86', audit))));
  };
  const options = { policy: await readPolicy('al2023'), folder: folder.path, check };
  await fc.assert(auditProperty(collectSeeds(), options), { numRuns: 100 });
});
