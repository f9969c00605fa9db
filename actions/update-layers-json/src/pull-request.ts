import type { GitHub, Repository } from '#lib/github/client.ts';
import type { Logger } from '#lib/node/logger.ts';

export interface PullRequestContent {
  readonly branch: string;
  readonly baseBranch: string;
  readonly title: string;
  readonly body: string;
}

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly operation: 'created' | 'updated' | 'unchanged';
}

/**
 * Opens the pull request of the branch, or updates the open one. Returns undefined if another client closed it during
 * the update. The caller then starts again.
 */
export async function writePullRequest(
  github: GitHub,
  repository: Repository,
  { branch, baseBranch, title, body }: PullRequestContent,
  log: Logger,
): Promise<PullRequest | undefined> {
  const { data: found } = await github.request('GET /repos/{owner}/{repo}/pulls', {
    ...repository,
    head: `${repository.owner}:${branch}`,
    base: baseBranch,
    state: 'all',
  });
  const open = found.find(({ state }) => state === 'open');
  if (open === undefined) {
    const [newest] = found;
    if (newest !== undefined && newest.merged_at === null) {
      log.info(`Pull request #${newest.number} was closed without a merge. Opening a new one ...`);
    }
    const { data } = await github.request('POST /repos/{owner}/{repo}/pulls', {
      ...repository,
      head: branch,
      base: baseBranch,
      title,
      body,
    });
    return { number: data.number, url: data.html_url, operation: 'created' };
  }
  const { number, html_url: url } = open;
  if (open.title === title && open.body === body) return { number, url, operation: 'unchanged' };
  const { data } = await github.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
    ...repository,
    pull_number: number,
    title,
    body,
  });
  return data.state === 'open' ? { number, url, operation: 'updated' } : undefined;
}
