import { explainRefusal, type GitHub, statusOf } from '#lib/github/client.ts';
import type { Versions } from '#lib/layer/published-versions.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import { type Base, readBase, readFile, readHead } from './base-branch.ts';
import { writeBranch } from './branch.ts';
import type { Inputs } from './inputs.ts';
import { type Change, findLower, mergeVersions } from './layers-json.ts';
import { type PullRequest, writePullRequest } from './pull-request.ts';
import { renderBody, renderChanges } from './report.ts';

export interface Updated {
  readonly changes: readonly Change[];
  /** Undefined where nothing changes, or in a dry run. */
  readonly pullRequest: PullRequest | undefined;
}

/** How often a run begins anew because somebody else changed something meanwhile. */
const tries = 5;

/**
 * Opens or updates the pull request that writes the versions into the file, and does nothing where the file has them.
 * Each try looks at what is there and does only the difference, so that a run that was broken off goes on.
 */
export async function run(
  inputs: Inputs,
  versions: Versions,
  { github, log }: { readonly github: GitHub; readonly log: Logger },
): Promise<Updated> {
  const { repository, path } = inputs;
  try {
    for (let left = tries; left > 0; left--) {
      const done = await update(inputs, versions, github, log);
      if (done !== undefined) return done;
      log.info(`${path} or the pull request was changed meanwhile: from the start again.`);
    }
  } catch (error) {
    throw explainRefusal(error, repository, '`contents: write` and `pull-requests: write`');
  }
  throw new ActionError(`Somebody else kept changing ${path} or its pull request. Run this job again.`);
}

/** Undefined where something was changed meanwhile. */
async function update(
  inputs: Inputs,
  versions: Versions,
  github: GitHub,
  log: Logger,
): Promise<Updated | undefined> {
  const { repository, path, branch, title } = inputs;
  const base = await readBase(github, repository, path, inputs.baseBranch);
  const where = `${path} of ${repository.owner}/${repository.repo} (${base.branch})`;
  if (base.branch === branch) {
    throw new ActionError(`"${branch}" is the branch to merge into: input "branch" must be another one.`);
  }
  const { text, changes } = mergeVersions(base.text, versions, where);
  if (changes.length === 0) {
    log.info(`${where} has these versions already: nothing to do.`);
    return { changes, pullRequest: undefined };
  }
  assertNotLower(changes, inputs.allowLower, log);
  log.info(`${where}:\n${renderChanges(changes)}`);
  if (inputs.isDryRun) return { changes, pullRequest: undefined };
  try {
    await writeBranch(github, repository, base, { branch, path, text, message: title });
    const body = renderBody(changes, inputs);
    const pullRequest = await writePullRequest(
      github,
      repository,
      { branch, base: base.branch, title, body },
      log,
    );
    if (pullRequest === undefined || (await isOutdated(github, inputs, base))) return undefined;
    log.info(`Pull request #${pullRequest.number} is ${pullRequest.operation}: ${pullRequest.url}`);
    return { changes, pullRequest };
  } catch (error) {
    // What is to be made is there: another run was faster, or an answer was lost and the request made again.
    if (statusOf(error) === 422 && /already exists/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Whether the base branch has got another file since it was read. */
async function isOutdated(github: GitHub, { repository, path }: Inputs, base: Base): Promise<boolean> {
  const head = await readHead(github, repository, base.branch);
  if (head === base.commit) return false;
  const now = head === undefined ? undefined : await readFile(github, repository, path, head);
  return now?.blob !== base.blob;
}

function assertNotLower(changes: readonly Change[], allowLower: string | undefined, log: Logger): void {
  const lower = findLower(changes).map(
    ({ layer, region, before, after }) => `${layer} in ${region} ${before} → ${after}`,
  );
  if (lower.length === 0) return;
  if (allowLower !== undefined) {
    log.warning(`Lower than before, allowed because ${allowLower}: ${lower.join(', ')}`);
    return;
  }
  throw new ActionError(
    `Version numbers never go down, but these would: ${lower.join(', ')}. Are they of another account? ` +
      'Where it is meant, say why in input "allow-lower".',
  );
}
