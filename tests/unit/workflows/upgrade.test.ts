import { execFile } from 'node:child_process';
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { runStep } from './run-step.ts';
import { writeFiles } from './write-files.ts';

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...identity, ...args]);
  return stdout.trim();
}

/** The answer of `gh pr create` if the repository does not allow it: https://github.com/microsoft/AL-Go/issues/159 */
const refusal =
  'pull request create failed: GraphQL: GitHub Actions is not permitted to create or approve pull requests (createPullRequest)';

/**
 * A `gh` that records its arguments. Like the real one, it edits only a pull request that was created, and lists the commits
 * of created ones. `root/refuse` is the reason for which it creates none.
 */
const gh = (root: string) => `#!/bin/sh
echo "$@" >> ${root}/gh.log
case "$2" in
  edit) [ -e ${root}/created ] || { echo 'no pull requests found for branch "upgrade-sources"' >&2; exit 1; } ;;
  create) if [ -e ${root}/refuse ]; then cat ${root}/refuse >&2; exit 1; fi ;;
  list) cat ${root}/created 2> /dev/null || true; exit ;;
esac
git -C ${root}/origin.git rev-parse upgrade-sources >> ${root}/created
`;

/** Creates a checkout whose pushes to GitHub go to a local repository, and a `gh`. */
async function makeCheckout(root: string, fixes = '') {
  const checkout = join(root, 'checkout');
  const origin = join(root, 'origin.git');
  await writeFiles(root, {
    'checkout/php-83/sources.json': '{}',
    'checkout/php/keys/OLD.asc': 'key',
    'checkout/.gitignore': '/.cache/\n',
    'bin/gh': gh(root),
    'temporary/upgrade.md': `| php-83 | php | 8.3.33 | 8.3.34 | ${fixes} |\n`,
  });
  await chmod(join(root, 'bin/gh'), 0o755);
  await git(root, 'init', '--quiet', '--bare', origin);
  await git(root, 'init', '--quiet', '--initial-branch=main', checkout);
  await git(checkout, 'add', '.');
  await git(checkout, 'commit', '--quiet', '--message', 'First');
  const environment = {
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
    RUNNER_TEMP: join(root, 'temporary'),
    GITHUB_REPOSITORY: 'brefphp/aws-lambda-layers',
    GH_TOKEN: 'secret',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${origin}.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://x-access-token:secret@github.com/brefphp/aws-lambda-layers',
  };
  return { checkout, origin, environment };
}

const openPullRequest = ['upgrade', 'upgrade', 'Open or update the pull request'] as const;

test('adds new signatures and keys to the pull request', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  await writeFiles(checkout, {
    'php-83/sources.json': '{"artifacts": []}',
    'php-83/signatures/php-8.3.34.tar.xz.asc': 'signature',
    'php/keys/NEW.asc': 'key',
    '.cache/sources/archive': 'PHP',
    'upgrade.log': 'not part of the project',
  });
  await runStep(checkout, openPullRequest, environment);
  expect((await git(origin, 'show', '--name-only', '--format=%s', 'upgrade-sources')).split('\n')).toEqual([
    'sources: upgrade PHP, SQLite and extensions',
    '',
    'php-83/signatures/php-8.3.34.tar.xz.asc',
    'php-83/sources.json',
    'php/keys/NEW.asc',
  ]);
  expect(await readFile(join(folder.path, 'gh.log'), 'utf8')).toContain('pr create --head upgrade-sources');
});

test('opens a pull request if only new files exist', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  await writeFiles(checkout, { 'php/keys/NEW.asc': 'key' });
  await runStep(checkout, openPullRequest, environment);
  expect(await git(origin, 'show', '--name-only', '--format=', 'upgrade-sources')).toBe('php/keys/NEW.asc');
});

test('pushes nothing without a change', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  const { summary } = await runStep(checkout, openPullRequest, environment);
  expect(summary).toContain('8.3.34');
  expect(await git(origin, 'branch', '--list')).toBe('');
});

test('names a security release in the title, in the commit and in a notice', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path, 'security: 8.3.34 (2026-09-24)');
  await writeFiles(checkout, { 'php-83/sources.json': '{"artifacts": []}' });
  const { stdout } = await runStep(checkout, openPullRequest, environment);
  const title = 'sources: pin security releases of PHP';
  expect(stdout).toContain('::notice title=Security release of PHP::');
  expect(await git(origin, 'show', '--no-patch', '--format=%s', 'upgrade-sources')).toBe(title);
  expect(await readFile(join(folder.path, 'gh.log'), 'utf8')).toContain(
    `pr create --head upgrade-sources --title ${title}`,
  );
});

test('names the setting if GitHub Actions may not open pull requests', async () => {
  await using folder = await temporaryFolder();
  const { checkout, environment } = await makeCheckout(folder.path);
  await writeFiles(folder.path, { refuse: refusal, 'checkout/php-83/sources.json': '{"artifacts": []}' });
  const error = await runStep(checkout, openPullRequest, environment).catch((reason) => reason);
  expect(error.stderr).toContain(refusal);
  expect(error.stdout).toContain('"Allow GitHub Actions to create and approve pull requests"');
  expect(error.stdout).toContain(
    'https://github.com/brefphp/aws-lambda-layers/compare/upgrade-sources?expand=1',
  );
});

test('names no setting if gh fails for another reason', async () => {
  await using folder = await temporaryFolder();
  const { checkout, environment } = await makeCheckout(folder.path);
  await writeFiles(folder.path, { refuse: 'HTTP 502', 'checkout/php-83/sources.json': '{"artifacts": []}' });
  const error = await runStep(checkout, openPullRequest, environment).catch((reason) => reason);
  expect(error.stderr).toContain('HTTP 502');
  expect(error.stdout).not.toContain('Allow GitHub Actions');
});

test('opens the pull request of an earlier push once the setting is on', async () => {
  await using folder = await temporaryFolder();
  const { checkout, environment } = await makeCheckout(folder.path);
  const pin = () => writeFiles(checkout, { 'php-83/sources.json': '{"artifacts": []}' });
  await writeFiles(folder.path, { refuse: refusal });
  await pin();
  await expect(runStep(checkout, openPullRequest, environment)).rejects.toThrow();
  await rm(join(folder.path, 'refuse'));
  await git(checkout, 'switch', '--quiet', 'main');
  await git(checkout, 'branch', '--quiet', '-D', 'upgrade-sources');
  await pin();
  await runStep(checkout, openPullRequest, environment);
  expect(await readFile(join(folder.path, 'created'), 'utf8')).not.toBe('');
});

test('leaves the pull request alone if it has the same pins already, and updates it if not', async () => {
  await using folder = await temporaryFolder();
  const { checkout, origin, environment } = await makeCheckout(folder.path);
  const change = (json: string) => writeFiles(checkout, { 'php-83/sources.json': json });
  await change('{"artifacts": []}');
  // A second push would have another time, and so another commit.
  await runStep(checkout, openPullRequest, { ...environment, GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' });
  const first = await git(origin, 'rev-parse', 'upgrade-sources');
  for (const [json, isNew] of [
    ['{"artifacts": []}', false],
    ['{"artifacts": [{}]}', true],
  ] as const) {
    await git(checkout, 'switch', '--quiet', 'main');
    await git(checkout, 'branch', '--quiet', '-D', 'upgrade-sources').catch(() => {});
    await change(json);
    await runStep(checkout, openPullRequest, environment);
    expect((await git(origin, 'rev-parse', 'upgrade-sources')) !== first).toBe(isNew);
    await git(checkout, 'checkout', '--quiet', '--force', 'HEAD');
  }
});
