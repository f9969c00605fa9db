import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';

/** GitHub's REST API with one token. The route types each request: `request('GET /repos/{owner}/{repo}', …)`. */
export type GitHub = Pick<Octokit, 'request'>;

/** A repository as the parameters of GitHub's routes. */
export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export interface GitHubOptions {
  readonly token: string;
  /** Value of `GITHUB_API_URL`: https://api.github.com, or the address of an Enterprise server or a test server. */
  readonly apiUrl: string;
  readonly log: Logger;
  /** Length of a second of waiting, in milliseconds. If a test shortens it, writes have no pause between them. */
  readonly msPerSecond?: number;
}

/** A request without a response in this time is sent again. */
const requestTimeoutMs = 60_000;

const maximumRateLimitSeconds = 300;

/**
 * Creates a client that retries up to three times after network errors, 5xx and 409. After a rate limit, it waits as
 * long as GitHub asks, up to five minutes. It also pauses for a second between writes, as GitHub advises
 * (docs.github.com, "Best practices for using the REST API").
 */
export function createGitHub({ token, apiUrl, log, msPerSecond = 1000 }: GitHubOptions): GitHub {
  const onRateLimit = (
    retryAfterSeconds: number,
    request: { readonly method: string; readonly url: string },
  ) => {
    log.warning(
      `GitHub's rate limit was reached: ${request.method} ${request.url} waits ${retryAfterSeconds} s.`,
    );
    return retryAfterSeconds <= maximumRateLimitSeconds;
  };
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'brefphp/aws-lambda-layers',
    log: { debug: log.debug, info: log.debug, warn: log.debug, error: log.debug },
    retry: { retryAfterBaseValue: msPerSecond },
    throttle: {
      enabled: msPerSecond === 1000,
      onRateLimit,
      onSecondaryRateLimit: onRateLimit,
    },
  });
  octokit.hook.wrap('request', (request, options) => {
    options.headers['x-github-api-version'] = '2022-11-28';
    options.request.signal = AbortSignal.timeout(requestTimeoutMs);
    return request(options);
  });
  return octokit;
}

/** Returns the HTTP status of an error that Octokit threw, or undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error ? Number(error.status) : undefined;
}

/**
 * Turns an error response of GitHub into an ActionError that names the fix. Returns any other error unchanged.
 *
 * @param permissions permissions that the token needs, in GitHub's notation: `contents: write`
 */
export function explainGitHubError(error: unknown, repository: Repository, permissions: string): unknown {
  const status = statusOf(error);
  if (status === undefined || error instanceof ActionError) return error;
  const name = `${repository.owner}/${repository.repo}`;
  const fix = `Use a token of a GitHub App, or a fine-grained token, for ${name} only, with ${permissions}.`;
  if (status === 401) {
    return new ActionError(
      `GitHub does not accept the token because it is wrong, expired or revoked. ${fix}`,
    );
  }
  if (status === 403 || status === 404) {
    return new ActionError(
      `GitHub refused the request (${status}): ${name} does not exist, or the token lacks a permission. ${fix}`,
      { cause: error },
    );
  }
  return new ActionError(
    `GitHub answered ${status} for ${name}: ${(error as Error).message}. Run this job again.`,
    { cause: error },
  );
}

/** Parses `owner/name`. Returns undefined if the text has another form. */
export function parseRepository(text: string): Repository | undefined {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? [];
  return owner === undefined || repo === undefined ? undefined : { owner, repo };
}
