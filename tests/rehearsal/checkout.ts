import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Replacements for a machine without Amazon's base image, time to train PHP, and GitHub's workflow runner. */
const replacements: readonly (readonly [string, string])[] = [
  ['base: al2023', 'base: auto'],
  ['profile: release', 'profile: quick'],
  ['cache: false', 'cache: true'],
  ['level: best', 'level: fast'],
  // gh reads this variable for servers other than github.com.
  ['GH_TOKEN: ', 'GH_ENTERPRISE_TOKEN: '],
  // act does not know this property yet. It runs one release at a time anyway.
  ['  queue: max\n', ''],
];

const author = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@example.invalid'];

/**
 * Clones the last commit, applies the replacements to the release workflow, and tags the result.
 *
 * @returns description of each replacement
 */
export function prepareRelease(source: string, folder: string, tag: string): readonly string[] {
  const git = clone(source, folder);
  const path = join(folder, '.github/workflows/release.yml');
  let workflow = readFileSync(path, 'utf8');
  for (const [before, after] of replacements) {
    if (workflow.split(before).length !== 2)
      throw new Error(`release.yml must contain "${before}" exactly once.`);
    workflow = workflow.replace(before, after);
  }
  writeFileSync(path, workflow);
  git(...author, 'commit', '--quiet', '--all', '--message=Rehearse');
  git('tag', tag);
  return replacements.map(([before, after]) => `${before.trim()} -> ${after || '(removed)'}`);
}

/** Clones the last commit and adds a branch that changes one file. */
export function preparePullRequest(source: string, folder: string, file: string): void {
  const git = clone(source, folder);
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('switch', '--quiet', '--create', 'change');
  appendFileSync(join(folder, file), '# A change.\n');
  git(...author, 'commit', '--quiet', '--all', '--message=Change a version');
}

/** Clones a repository, sets the remote to GitHub, and returns a function that runs git in the clone. */
function clone(source: string, folder: string): (...args: readonly string[]) => void {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  execFileSync('git', ['clone', '--quiet', source, folder]);
  git('remote', 'set-url', 'origin', 'https://github.com/brefphp/aws-lambda-layers');
  return git;
}
