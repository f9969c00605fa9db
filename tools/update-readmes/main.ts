import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { ruleNames, rules } from '#lib/audit/rule-list.ts';
import { ActionError } from '#lib/node/errors.ts';
import { runTool } from '#lib/node/tool-entry.ts';
import { replaceRuleNames } from './audit-schema.ts';
import { describeRules } from './rules-table.ts';
import { describeAction, replaceSection } from './tables.ts';
import { describeVersions } from './versions-table.ts';

const usage = `Usage: npm run readmes [-- --check]

Writes the generated parts of the repository's documentation. Each action's README gets the tables of inputs and outputs
from action.yml. package-layer's README and audit.schema.json get the audit rules from the rule list. docs/layers.md gets the
support dates of php-NN/support.json. A table is between the lines
<!-- inputs (npm run readmes) --> and <!-- /inputs -->.

  --check  write nothing, and fail if a file is stale
  --help   show this text
`;

/** Tables that only one action's README has. */
const additionalTables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'actions/package-layer': { rules: describeRules(rules) },
};

await runTool(main);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const stale = updateFiles(values.check, await describeVersions('.'));
  if (stale.length === 0) {
    console.log('All generated tables and lists are up to date.');
  } else if (values.check) {
    throw new ActionError(
      `Not up to date with action.yml, the audit rules or the support dates: ${stale.join(', ')}. Run \`npm run readmes\` and commit.`,
    );
  } else {
    console.log(`Updated ${stale.join(', ')}.`);
  }
}

/** Updates the files, or only compares them if `isCheck` is set. Returns the paths of stale files. */
function updateFiles(isCheck: boolean, versions: string): readonly string[] {
  const stale: string[] = [];
  const update = (path: string, change: (before: string) => string) => {
    const before = readFileSync(path, 'utf8');
    const after = change(before);
    if (after === before) return;
    stale.push(path);
    if (!isCheck) writeFileSync(path, after);
  };
  for (const definition of globSync('actions/*/action.yml').sort()) {
    const folder = dirname(definition);
    const path = join(folder, 'README.md');
    const tables = {
      ...describeAction(parse(readFileSync(definition, 'utf8'))),
      ...additionalTables[folder],
    };
    update(path, (before) => replaceTables(path, before, tables));
  }
  const layersPage = 'docs/layers.md';
  update(layersPage, (before) => replaceTables(layersPage, before, { versions }));
  update('lib/audit/audit.schema.json', (before) => replaceRuleNames(before, ruleNames));
  return stale;
}

function replaceTables(path: string, before: string, tables: Readonly<Record<string, string>>): string {
  let after = before;
  for (const [name, table] of Object.entries(tables)) {
    const replaced = replaceSection(after, name, table);
    if (replaced === undefined) {
      throw new ActionError(
        `${path} lacks the lines "<!-- ${name} (npm run readmes) -->" and "<!-- /${name} -->".`,
      );
    }
    after = replaced;
  }
  return after;
}
