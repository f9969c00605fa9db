import { explainGitHubError, type GitHub, statusOf } from '#lib/github/client.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { type BaseBranchFile, readBaseBranchFile, readFile, readHead } from './base-branch.ts';
import { writeBranch } from './branch.ts';
import type { Inputs } from './inputs.ts';
import { type Change, findLower, mergeVersions } from './layers-json.ts';
import { type PullRequest, writePullRequest } from './pull-request.ts';
import { renderBody, renderChanges } from './report.ts';

export interface UpdateResult {
  readonly changes: readonly Change[];
  /** Undefined if nothing changes, and in a dry run. */
  readonly pullRequest: PullRequest | undefined;
}

/** A run starts again if the file or the pull request changes during an attempt. */
const maximumAttempts = 5;

/**
 * Opens or updates the pull request that writes the layer versions into the file. Does nothing if the file already has
 * them. Each attempt reads the existing state and applies only the difference, so a later run completes an interrupted
 * one.
 */
export async function run(
  inputs: Inputs,
  versions: Versions,
  { github, log }: { readonly github: GitHub; readonly log: Logger },
): Promise<UpdateResult> {
  const { repository, path } = inputs;
  try {
    for (let attempt = 1; attempt <= maximumAttempts; attempt++) {
      const result = await attemptUpdate(inputs, versions, github, log);
      if (result !== undefined) return result;
      log.info(`${path} or the pull request has changed in the meantime. Starting again ...`);
    }
  } catch (error) {
    throw explainGitHubError(error, repository, '`contents: write` and `pull-requests: write`');
  }
  throw new ActionError(
    `${path} or its pull request changed during each of ${maximumAttempts} attempts. Run this job again.`,
  );
}

/** Returns undefined if the file or the pull request changed in the meantime. */
async function attemptUpdate(
  inputs: Inputs,
  versions: Versions,
  github: GitHub,
  log: Logger,
): Promise<UpdateResult | undefined> {
  const { repository, path, branch, title } = inputs;
  const baseFile = await readBaseBranchFile(github, repository, path, inputs.baseBranch);
  const fileName = `${path} of ${repository.owner}/${repository.repo} (${baseFile.branch})`;
  if (baseFile.branch === branch) {
    throw new ActionError(
      `Input "branch" must differ from the base branch; got "${branch}", which is the repository's default branch.`,
    );
  }
  const { text, changes } = mergeVersions(baseFile.text, versions, fileName);
  if (changes.length === 0) {
    log.info(`${fileName} already has these layer versions.`);
    return { changes, pullRequest: undefined };
  }
  assertNotLower(changes, inputs.allowLower, log);
  log.info(`${fileName}:\n${renderChanges(changes)}`);
  if (inputs.isDryRun) return { changes, pullRequest: undefined };
  try {
    await writeBranch(github, repository, baseFile, { branch, path, text, message: title });
    const body = renderBody(changes, inputs);
    const content = { branch, baseBranch: baseFile.branch, title, body };
    const pullRequest = await writePullRequest(github, repository, content, log);
    if (pullRequest === undefined || (await isOutdated(github, inputs, baseFile))) return undefined;
    log.info(`Pull request #${pullRequest.number} is ${pullRequest.operation}: ${pullRequest.url}`);
    return { changes, pullRequest };
  } catch (error) {
    // Another run was faster, or a response was lost and Octokit sent the request again.
    if (statusOf(error) === 422 && /already exists/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Tells whether the file on the base branch has changed since it was read. */
async function isOutdated(
  github: GitHub,
  { repository, path }: Inputs,
  baseFile: BaseBranchFile,
): Promise<boolean> {
  const head = await readHead(github, repository, baseFile.branch);
  if (head === baseFile.commit) return false;
  const current = head === undefined ? undefined : await readFile(github, repository, path, head);
  return current?.blob !== baseFile.blob;
}

function assertNotLower(changes: readonly Change[], allowLower: string | undefined, log: Logger): void {
  const lower = findLower(changes).map(
    ({ layer, region, before, after }) => `${layer} in ${region} ${before} → ${after}`,
  );
  if (lower.length === 0) return;
  if (allowLower !== undefined) {
    log.warning(`Layer versions become lower, which is allowed because ${allowLower}: ${lower.join(', ')}`);
    return;
  }
  throw new ActionError(
    `Layer versions must not become lower: ${lower.join(', ')}. Check that they are from the right AWS account. ` +
      'If the change is intended, state the reason in input "allow-lower".',
  );
}
