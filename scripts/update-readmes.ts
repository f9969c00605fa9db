/**
 * Writes the tables of inputs and outputs in the READMEs of all actions from their action.yml, each between a line
 * `<!-- inputs (npm run readmes) -->` and a line `<!-- /inputs -->`. With `--check` nothing is written, and a README
 * that is not up to date fails.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describeAction, replaceSection } from './readme/tables.ts';

const isCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const definition of globSync('actions/*/action.yml').sort()) {
  const path = join(dirname(definition), 'README.md');
  const before = readFileSync(path, 'utf8');
  const tables = describeAction(parse(readFileSync(definition, 'utf8')));
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

if (stale.length === 0) console.log('The tables of all READMEs are what action.yml says.');
else if (!isCheck) console.log(`Written: ${stale.join(', ')}`);
else {
  console.error(`Not what action.yml says: ${stale.join(', ')}. Run \`npm run readmes\` and commit.`);
  process.exitCode = 1;
}
