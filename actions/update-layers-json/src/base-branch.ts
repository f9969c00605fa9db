import { type GitHub, type Repository, statusOf } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';

/** The file on the base branch, at the newest commit. */
export interface BaseBranchFile {
  readonly branch: string;
  readonly commit: string;
  readonly tree: string;
  /** Git's hash of the file's content. */
  readonly blob: string;
  readonly text: string;
}

/**
 * Reads the file from a branch.
 *
 * @param branch name of the branch; defaults to the repository's default branch
 * @throws ActionError if the branch or the file does not exist
 */
export async function readBaseBranchFile(
  github: GitHub,
  repository: Repository,
  path: string,
  branch?: string,
): Promise<BaseBranchFile> {
  const name = branch ?? (await readDefaultBranch(github, repository));
  const commit = await readHead(github, repository, name);
  if (commit === undefined) {
    throw new ActionError(
      `${repository.owner}/${repository.repo} has no branch "${name}". Correct input "base-branch".`,
    );
  }
  const [{ data: found }, file] = await Promise.all([
    github.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
      ...repository,
      commit_sha: commit,
    }),
    readFile(github, repository, path, commit),
  ]);
  if (file === undefined) {
    throw new ActionError(
      `${repository.owner}/${repository.repo} has no file ${path} on branch "${name}". Correct input "path".`,
    );
  }
  return { branch: name, commit, tree: found.tree.sha, ...file };
}

async function readDefaultBranch(github: GitHub, repository: Repository): Promise<string> {
  const { data } = await github.request('GET /repos/{owner}/{repo}', { ...repository });
  return data.default_branch;
}

/** Returns the newest commit of a branch, or undefined if the branch does not exist. */
export async function readHead(
  github: GitHub,
  repository: Repository,
  branch: string,
): Promise<string | undefined> {
  try {
    const { data } = await github.request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
      ...repository,
      ref: `heads/${branch}`,
    });
    return data.object.sha;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Returns hash and text of a file in a commit, or undefined if the commit does not have the file. */
export async function readFile(
  github: GitHub,
  repository: Repository,
  path: string,
  commit: string,
): Promise<Pick<BaseBranchFile, 'blob' | 'text'> | undefined> {
  try {
    const { data } = await github.request('GET /repos/{owner}/{repo}/contents/{path}', {
      ...repository,
      path,
      ref: commit,
    });
    if (Array.isArray(data) || data.type !== 'file') return undefined;
    return { blob: data.sha, text: Buffer.from(data.content, 'base64').toString('utf8') };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
