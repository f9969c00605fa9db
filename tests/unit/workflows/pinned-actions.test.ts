import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { findOldMajors, findOldRuntimes, findUnknownPins, type PinnedAction } from './pinned-actions.ts';

const known: readonly PinnedAction[] = JSON.parse(
  readFileSync('tests/unit/workflows/pinned-actions.json', 'utf8'),
);
const read = (file: string) => readFileSync(file, 'utf8');
const workflows = globSync('.github/workflows/*.yml');
const pages = globSync(['README.md', 'docs/**/*.md', '{actions,examples}/**/README.md']);

test('every known action runs on a runtime that runners have, and names its source', () => {
  expect(findOldRuntimes(known)).toEqual([]);
  expect(known.filter(({ source }) => !/^https:\/\/github\.com\//.test(source))).toEqual([]);
});

test.each(workflows)('%s pins only known actions', (file) => {
  expect(findUnknownPins(read(file), known)).toEqual([]);
});

test.each(pages.filter((file) => read(file).includes('uses: ')))('%s names known versions', (file) => {
  expect(findOldMajors(read(file), known)).toEqual([]);
});

test('no known action is unused', () => {
  const texts = [...workflows, ...pages].map(read).join('\n');
  expect(known.filter(({ action }) => !texts.includes(`uses: ${action}@`))).toEqual([]);
});

test.each(globSync('actions/*/action.yml'))('%s runs on a runtime that runners have', (file) => {
  const { runs } = parse(read(file));
  const own = { action: file, version: 'here', commit: '', runs: runs.using, source: '' };
  expect(findOldRuntimes([own])).toEqual([]);
});

const release = { action: 'a/b', version: '6.1.0', commit: 'c'.repeat(40), runs: 'node24', source: '' };

test.each([
  ['an unknown action', `uses: x/y@${release.commit} # v6.1.0`, 'no such action'],
  ['an older commit', `uses: a/b@${'d'.repeat(40)} # v4.0.2`, 'is not the known release'],
  ['a wrong version beside the commit', `uses: a/b@${release.commit} # v6.0.0`, 'is not the known release'],
  ['a commit without a version', `uses: a/b@${release.commit}`, 'is not the known release'],
  ['a tag', '- uses: "a/b@v6"', 'a/b@v6 is not the known release'],
  ['an action in a folder', `uses: a/b/sub@${release.commit} # v6.1.0`, 'no such action'],
])('refuses %s', (_what, workflow, message) => {
  expect(findUnknownPins(`steps:\n  - ${workflow}\n`, [release]).join()).toContain(message);
});

test.each([
  ['an old runtime', { ...release, runs: 'node20' }],
  ['a composite action with an old one', { ...release, runs: 'composite', uses: { 'x/y@1': 'node20' } }],
  ['a composite action whose actions are not listed', { ...release, runs: 'composite' }],
])('refuses %s', (_what, action) => {
  expect(findOldRuntimes([action])).toHaveLength(1);
});

test('refuses an old major version on a page', () => {
  expect(findOldMajors('- uses: a/b@v4\n- uses: a/b@v6\n', [release])).toEqual(['a/b@v4 is not v6.']);
});
