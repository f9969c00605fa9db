/**
 * Writes the generated parts of the repository's documentation: in each action's README, the tables of inputs and
 * outputs from action.yml; in package-layer's README and in audit.schema.json, the audit rules from the rule list. A
 * table is between the lines `<!-- inputs (npm run readmes) -->` and `<!-- /inputs -->`. With `--check`, the command
 * writes nothing and fails if a file is stale.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ruleNames, rules } from '#lib/audit/rule-list.ts';
import { replaceRuleNames } from './audit-schema.ts';
import { describeRules } from './rules-table.ts';
import { describeAction, replaceSection } from './tables.ts';

/** Tables that only one action's README has. */
const additionalTables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'actions/package-layer': { rules: describeRules(rules) },
};
const isCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const definition of globSync('actions/*/action.yml').sort()) {
  const folder = dirname(definition);
  const path = join(folder, 'README.md');
  const tables = { ...describeAction(parse(readFileSync(definition, 'utf8'))), ...additionalTables[folder] };
  update(path, (before) => {
    let after = before;
    for (const [name, table] of Object.entries(tables)) {
      const replaced = replaceSection(after, name, table);
      if (replaced === undefined) {
        console.error(
          `${path} lacks the lines "<!-- ${name} (npm run readmes) -->" and "<!-- /${name} -->".`,
        );
        process.exit(1);
      }
      after = replaced;
    }
    return after;
  });
}
update('lib/audit/audit.schema.json', (before) => replaceRuleNames(before, ruleNames));

if (stale.length === 0) console.log('All generated tables and lists are up to date.');
else if (!isCheck) console.log(`Updated ${stale.join(', ')}.`);
else {
  console.error(
    `Not up to date with action.yml or the audit rules: ${stale.join(', ')}. Run \`npm run readmes\` and commit.`,
  );
  process.exitCode = 1;
}

function update(path: string, change: (before: string) => string): void {
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) return;
  stale.push(path);
  if (!isCheck) writeFileSync(path, after);
}
