import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ruleNames } from '#lib/audit/rule-list.ts';

test('the list has every rule file under its name, in alphabetical order', async () => {
  const files = await readdir('lib/audit/rules');
  expect(ruleNames).toEqual(files.map((file) => file.replace(/\.ts$/, '')).sort());
});
