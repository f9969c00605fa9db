import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ruleNames } from '#lib/audit/rules.ts';
import { describeRules } from '../../../tools/update-readmes/rules-table.ts';

test('rules become a table in which commands are code', () => {
  const table = describeRules({
    'set-id': { severity: 'error', finds: 'A set-uid bit.', remedy: 'chmod ug-s <file>' },
    rpath: { severity: 'warning', finds: 'None.', remedy: 'Set one (patchelf --set-rpath x <file>).' },
  });
  expect(table).toBe(
    [
      '| Rule     | Severity | What it finds  | What to do                                 |',
      '| -------- | -------- | -------------- | ------------------------------------------ |',
      '| `set-id` | error    | A set-uid bit. | `chmod ug-s <file>`                        |',
      '| `rpath`  | warning  | None.          | Set one (`patchelf --set-rpath x <file>`). |',
    ].join('\n'),
  );
});

test("package-layer's README has every rule", async () => {
  const readme = await readFile('actions/package-layer/README.md', 'utf8');
  for (const name of ruleNames) expect(readme).toContain(`| \`${name}\` `);
});
