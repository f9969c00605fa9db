import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ruleNames } from '#lib/audit/rule-list.ts';
import { replaceRuleNames } from '../../../tools/update-readmes/audit-schema.ts';
import { describeRules } from '../../../tools/update-readmes/rules-table.ts';

test('rules become a table in which commands are code', () => {
  const table = describeRules([
    { name: 'set-id', severity: 'error', finds: 'A set-uid bit.', remedy: 'chmod ug-s <file>' },
    {
      name: 'rpath',
      severity: 'warning',
      finds: 'None.',
      remedy: 'Set one (patchelf --set-rpath x <file>).',
    },
  ]);
  expect(table).toBe(
    [
      '| Rule     | Severity | Finds          | Fix                                        |',
      '| -------- | -------- | -------------- | ------------------------------------------ |',
      '| `set-id` | error    | A set-uid bit. | `chmod ug-s <file>`                        |',
      '| `rpath`  | warning  | None.          | Set one (`patchelf --set-rpath x <file>`). |',
    ].join('\n'),
  );
});

test("package-layer's README lists every rule", async () => {
  const readme = await readFile('actions/package-layer/README.md', 'utf8');
  for (const name of ruleNames) expect(readme).toContain(`| \`${name}\` `);
});

test('the names of the rules replace the list in the schema, and nothing else', async () => {
  const schema = await readFile('lib/audit/audit.schema.json', 'utf8');
  expect(replaceRuleNames(schema, ruleNames)).toBe(schema);
  const changed = JSON.parse(replaceRuleNames(schema, ['only-rule']));
  const original = JSON.parse(schema);
  expect(changed.$defs.finding.properties.rule.enum).toEqual(['only-rule']);
  original.$defs.finding.properties.rule.enum = ['only-rule'];
  expect(changed).toEqual(original);
});
