import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { ActionError, InputError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** GitHub's REST API with one token. Requests have types by route: `request('GET /repos/{owner}/{repo}', …)`. */
export type GitHub = Pick<Octokit, 'request'>;

/** A repository as GitHub's routes take it. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export interface GitHubOptions {
  readonly token: string;
  /** `GITHUB_API_URL`: https://api.github.com, an Enterprise server's, or a test's. */
  readonly apiUrl: string;
  readonly log: Logger;
  /** Milliseconds that pass for a second while waiting; a test takes fewer, and does without pauses between writes. */
  readonly second?: number;
}

/** A single answer that takes longer is given up, and the request made again. */
const patience = 60_000;

/**
 * A client that tries again, three times at most, after network faults, 5xx and 409; that waits as long as GitHub asks
 * to after a rate limit, up to five minutes; and that keeps GitHub's advice of a second between writes
 * (docs.github.com, "Best practices for using the REST API").
 */
export function createGitHub({ token, apiUrl, log, second = 1000 }: GitHubOptions): GitHub {
  const onLimit = (retryAfter: number, request: { readonly method: string; readonly url: string }) => {
    log.warning(`GitHub's rate limit: ${request.method} ${request.url} waits ${retryAfter} s.`);
    return retryAfter <= 300;
  };
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'brefphp/aws-lambda-layers',
    log: { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug },
    retry: { retryAfterBaseValue: second },
    throttle: {
      enabled: second === 1000,
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  });
  octokit.hook.wrap('request', (request, options) => {
    options.headers['x-github-api-version'] = '2022-11-28';
    options.request.signal = AbortSignal.timeout(patience);
    return request(options);
  });
  return octokit;
}

/** The status of GitHub's answer, where that is what was thrown. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error ? Number(error.status) : undefined;
}

/**
 * What GitHub's refusal means, as an ActionError with a remedy; anything else as it is.
 *
 * @param permissions those that the token needs, as GitHub writes them: `contents: write`
 */
export function explainRefusal(error: unknown, repository: Repository, permissions: string): unknown {
  const status = statusOf(error);
  if (status === undefined || error instanceof ActionError) return error;
  const name = `${repository.owner}/${repository.repo}`;
  const remedy = `Give "token" a GitHub App's token or a fine-grained one for ${name} alone, with ${permissions}.`;
  const said = (error as Error).message;
  if (status === 401) {
    return new ActionError(`GitHub does not accept the token: it is wrong, expired or revoked. ${remedy}`);
  }
  if (status === 403 || status === 404) {
    return new ActionError(
      `GitHub refuses (${status}): ${name} is not there, or the token may not do this. ${remedy}`,
      { cause: error },
    );
  }
  return new ActionError(`GitHub answered ${status} for ${name}: ${said}. Run this job again.`, {
    cause: error,
  });
}

/** Input `owner/name`. */
export function readRepository(input: string, value: string): Repository {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(value) ?? [];
  if (owner === undefined || repo === undefined) {
    throw new InputError(input, 'must be owner/name of a repository', value);
  }
  return { owner, repo };
}
