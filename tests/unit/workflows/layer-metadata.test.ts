import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readJobs } from './run-step.ts';

/** Bref's layers have had this description and license since v2. */
const metadata = { description: 'Bref PHP Runtime', license: 'MIT' };

test('a release gives layers the description and license that Bref has always used', () => {
  const publish = readJobs('release').publish?.steps?.find(({ uses }) => uses === './actions/publish-layer');
  expect(publish?.with).toMatchObject(metadata);
});

test('make upload-layers gives the same description and license', () => {
  const [, recipe = ''] = /^upload-layers:.*\n((?:\t.*\n)+)/m.exec(readFileSync('Makefile', 'utf8')) ?? [];
  for (const [name, value] of Object.entries(metadata)) {
    expect(recipe).toMatch(new RegExp(`'?${name}=${value}\\b`));
  }
});
