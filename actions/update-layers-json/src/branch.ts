import type { GitHub, Repository } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';
import { type BaseBranchFile, readFile, readHead } from './base-branch.ts';

export interface BranchContent {
  readonly branch: string;
  readonly path: string;
  readonly text: string;
  /** Message of the commit. */
  readonly message: string;
}

/**
 * Makes the branch one commit on top of the base branch, with the given text in the file. Writes nothing if the branch
 * already has this form.
 *
 * @throws ActionError if the branch contains other work, which would be lost
 */
export async function writeBranch(
  github: GitHub,
  repository: Repository,
  baseFile: BaseBranchFile,
  { branch, path, text, message }: BranchContent,
): Promise<void> {
  const head = await readHead(github, repository, branch);
  if (head !== undefined) {
    const behind = await assertOnlyOwnCommit(github, repository, baseFile, branch, path);
    const current = await readFile(github, repository, path, head);
    if (behind === 0 && current?.text === text) return;
  }
  const { data: tree } = await github.request('POST /repos/{owner}/{repo}/git/trees', {
    ...repository,
    base_tree: baseFile.tree,
    tree: [{ path, mode: '100644', type: 'blob', content: text }],
  });
  const { data: commit } = await github.request('POST /repos/{owner}/{repo}/git/commits', {
    ...repository,
    message,
    tree: tree.sha,
    parents: [baseFile.commit],
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
 * Checks that the branch has at most one commit of its own (merges do not count) and changes no other file.
 *
 * @returns number of commits that the branch is behind the base branch
 */
async function assertOnlyOwnCommit(
  github: GitHub,
  repository: Repository,
  baseFile: BaseBranchFile,
  branch: string,
  path: string,
): Promise<number> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
    ...repository,
    basehead: `${baseFile.commit}...${branch}`,
  });
  const commitCount = data.commits.filter(({ parents }) => parents.length < 2).length;
  const otherFiles = (data.files ?? []).map(({ filename }) => filename).filter((name) => name !== path);
  if (commitCount > 1 || otherFiles.length > 0) {
    const evidence =
      otherFiles.length > 0 ? `also changes ${otherFiles.join(', ')}` : `has ${commitCount} commits`;
    throw new ActionError(
      `Branch "${branch}" of ${repository.owner}/${repository.repo} ${evidence}. This work of another author is not overwritten. ` +
        'Merge it or move it to another branch, delete this branch, and run this job again.',
    );
  }
  return data.behind_by;
}
