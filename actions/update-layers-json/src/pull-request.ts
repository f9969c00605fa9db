import type { GitHub, Repository } from '#lib/github/client.ts';
import type { Logger } from '#lib/node/logger.ts';

export interface Wanted {
  readonly branch: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly operation: 'created' | 'updated' | 'unchanged';
}

/**
 * The one pull request of the branch: opened, or brought up to date. Undefined where it was closed in that moment, so
 * that the caller looks again.
 */
export async function writePullRequest(
  github: GitHub,
  repository: Repository,
  { branch, base, title, body }: Wanted,
  log: Logger,
): Promise<PullRequest | undefined> {
  const { data: found } = await github.request('GET /repos/{owner}/{repo}/pulls', {
    ...repository,
    head: `${repository.owner}:${branch}`,
    base,
    state: 'all',
  });
  const open = found.find(({ state }) => state === 'open');
  if (open === undefined) {
    const [newest] = found;
    if (newest !== undefined && newest.merged_at === null) {
      log.info(`Pull request #${newest.number} was closed without being merged; a new one is opened.`);
    }
    const { data } = await github.request('POST /repos/{owner}/{repo}/pulls', {
      ...repository,
      head: branch,
      base,
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
