import type { GitHub, Repository } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';
import { type Base, readFile, readHead } from './base-branch.ts';

export interface BranchContent {
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  /** The commit's. */
  readonly message: string;
}

/**
 * Makes the branch hold one commit on top of the base, with the file as given. Leaves it alone where it does already.
 *
 * @throws ActionError where the branch holds somebody's own work, which would be lost
 */
export async function writeBranch(
  github: GitHub,
  repository: Repository,
  base: Base,
  { branch, path, text, message }: BranchContent,
): Promise<void> {
  const head = await readHead(github, repository, branch);
  if (head !== undefined) {
    const behind = await assertOwn(github, repository, base, branch, path);
    const present = await readFile(github, repository, path, head);
    if (behind === 0 && present?.text === text) return;
  }
  const { data: tree } = await github.request('POST /repos/{owner}/{repo}/git/trees', {
    ...repository,
    base_tree: base.tree,
    tree: [{ path, mode: '100644', type: 'blob', content: text }],
  });
  const { data: commit } = await github.request('POST /repos/{owner}/{repo}/git/commits', {
    ...repository,
    message,
    tree: tree.sha,
    parents: [base.commit],
  });
  if (head === undefined) {
    await github.request('POST /repos/{owner}/{repo}/git/refs', {
      ...repository,
      ref: `refs/heads/${branch}`,
      sha: commit.sha,
    });
  } else {
    await github.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      ...repository,
      ref: `heads/${branch}`,
      sha: commit.sha,
      force: true,
    });
  }
}

/**
 * How many commits the branch is behind the base. What it is ahead must be this action's own: one commit, beside
 * merges, and no other file.
 */
async function assertOwn(
  github: GitHub,
  repository: Repository,
  base: Base,
  branch: string,
  path: string,
): Promise<number> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
    ...repository,
    basehead: `${base.commit}...${branch}`,
  });
  const own = data.commits.filter(({ parents }) => parents.length < 2).length;
  const strays = (data.files ?? []).map(({ filename }) => filename).filter((name) => name !== path);
  if (own > 1 || strays.length > 0) {
    const what = strays.length > 0 ? `changes ${strays.join(', ')} too` : `has ${own} commits`;
    throw new ActionError(
      `Branch "${branch}" of ${repository.owner}/${repository.repo} ${what}: somebody's own work, which is not overwritten. ` +
        'Merge it or move it to another branch, delete this one, and run this job again.',
    );
  }
  return data.behind_by;
}
