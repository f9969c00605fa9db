import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a release has and a laptop has not: Amazon's base image, the time to train PHP, GitHub's own runner. */
const replaced: readonly (readonly [string, string])[] = [
  ['base: al2023', 'base: auto'],
  ['profile: release', 'profile: quick'],
  ['cache: false', 'cache: true'],
  ['level: best', 'level: fast'],
  // gh reads this variable for every server that is not GitHub's own.
  ['GH_TOKEN: ', 'GH_ENTERPRISE_TOKEN: '],
  // GitHub's newest property, which act does not know yet. act runs one release at a time anyway.
  ['  queue: max\n', ''],
];

const author = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@example.invalid'];

/**
 * A clone of what is committed, with a tag, in which the release workflow has these lines changed and no others; they
 * are given back.
 */
export function prepareRelease(source: string, folder: string, tag: string): readonly string[] {
  const git = clone(source, folder);
  const path = join(folder, '.github/workflows/release.yml');
  let workflow = readFileSync(path, 'utf8');
  for (const [before, after] of replaced) {
    if (workflow.split(before).length !== 2) throw new Error(`release.yml must have "${before}" once`);
    workflow = workflow.replace(before, after);
  }
  writeFileSync(path, workflow);
  git(...author, 'commit', '--quiet', '--all', '--message=Rehearse');
  git('tag', tag);
  return replaced.map(([before, after]) => `${before.trim()} -> ${after || '(left out)'}`);
}

/** A clone of what is committed, with a branch that changes a file of one PHP version. */
export function preparePullRequest(source: string, folder: string, file: string): void {
  const git = clone(source, folder);
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('switch', '--quiet', '--create', 'change');
  appendFileSync(join(folder, file), '# A change.\n');
  git(...author, 'commit', '--quiet', '--all', '--message=Change a version');
}

/** Git in a clone that says to be GitHub's. */
function clone(source: string, folder: string): (...args: readonly string[]) => void {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
  execFileSync('git', ['clone', '--quiet', source, folder]);
  git('remote', 'set-url', 'origin', 'https://github.com/brefphp/aws-lambda-layers');
  return git;
}
