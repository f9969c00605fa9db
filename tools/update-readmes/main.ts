/**
 * Writes the tables in the READMEs of all actions from what they are about: inputs and outputs from action.yml, the
 * audit's rules from the rules. Each has its place between a line `<!-- inputs (npm run readmes) -->` and a line
 * `<!-- /inputs -->`. With `--check` nothing is written, and a README that is not up to date fails.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { rules } from '#lib/audit/rules.ts';
import { describeRules } from './rules-table.ts';
import { describeAction, replaceSection } from './tables.ts';

/** What only one action's README has. */
const tablesOfOne: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'actions/package-layer': { rules: describeRules(rules) },
};
const isCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const definition of globSync('actions/*/action.yml').sort()) {
  const folder = dirname(definition);
  const path = join(folder, 'README.md');
  const before = readFileSync(path, 'utf8');
  const tables = { ...describeAction(parse(readFileSync(definition, 'utf8'))), ...tablesOfOne[folder] };
  let after = before;
  for (const [name, table] of Object.entries(tables)) {
    const replaced = replaceSection(after, name, table);
    if (replaced === undefined) {
      console.error(`${path} lacks the lines "<!-- ${name} (npm run readmes) -->" and "<!-- /${name} -->".`);
      process.exit(1);
    }
    after = replaced;
  }
  if (after === before) continue;
  stale.push(path);
  if (!isCheck) writeFileSync(path, after);
}

if (stale.length === 0) console.log('The tables of all READMEs are up to date.');
else if (!isCheck) console.log(`Written: ${stale.join(', ')}`);
else {
  console.error(
    `Not up to date with action.yml or the rules: ${stale.join(', ')}. Run \`npm run readmes\` and commit.`,
  );
  process.exitCode = 1;
}
