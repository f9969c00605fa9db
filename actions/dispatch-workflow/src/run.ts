import { explainRefusal, type GitHub, statusOf } from '#lib/github/client.ts';
import { ActionError } from '#lib/node/errors.ts';
import type { Logger } from '#lib/node/logger.ts';
import type { Inputs } from './inputs.ts';

export interface Dependencies {
  readonly github: GitHub;
  readonly log: Logger;
  /** Milliseconds of some clock that never goes back. */
  now(): number;
  wait(milliseconds: number): Promise<void>;
}

export interface StartedRun {
  readonly id: number;
  readonly url: string;
}

const tries = 3;
const pause = 5_000;

/**
 * Starts the workflow once, and gives back the run that came of it. GitHub has no token that would make a request safe
 * to repeat, so after an unclear answer the list of runs is watched before another is sent.
 *
 * @throws ActionError where GitHub refuses, or where no run appears
 */
export async function run(inputs: Inputs, dependencies: Dependencies): Promise<StartedRun> {
  const { github, log } = dependencies;
  const { repository, workflow } = inputs;
  const name = `${workflow} of ${repository.owner}/${repository.repo}`;
  try {
    const ref = inputs.ref ?? (await readDefaultBranch(github, inputs));
    const last = await readNewestRun(github, inputs);
    for (let left = tries; left > 0; left--) {
      const answer = await dispatch(github, inputs, ref);
      if (answer === 'unclear')
        log.warning(`GitHub's answer to the start of ${name} got lost: looking for its run.`);
      const started = await findRun(inputs, answer, last?.id ?? 0, dependencies);
      if (started !== undefined) {
        log.info(`Started ${name} on ${ref}: ${started.url}`);
        return started;
      }
      if (answer !== 'unclear') break;
    }
  } catch (error) {
    throw explain(error, inputs);
  }
  throw new ActionError(
    `No run of ${name} appeared within ${inputs.timeout / 1000} s. Look at its page of runs before this job is run again.`,
  );
}

/** What GitHub said: the run, that it took the request without naming the run, or nothing that is clear. */
type Answer = StartedRun | 'taken' | 'unclear';

async function dispatch(github: GitHub, inputs: Inputs, ref: string): Promise<Answer> {
  try {
    const { data } = await github.request(
      'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
      {
        ...inputs.repository,
        workflow_id: inputs.workflow,
        ref,
        inputs: inputs.inputs,
        return_run_details: true,
        request: { retries: 0 },
      },
    );
    return data?.workflow_run_id === undefined
      ? 'taken'
      : { id: Number(data.workflow_run_id), url: data.html_url };
  } catch (error) {
    const status = statusOf(error);
    if (status !== undefined && status >= 500) return 'unclear';
    throw error;
  }
}

/** The run that the answer names, once GitHub shows it; else one that is newer than `last`. */
async function findRun(
  inputs: Inputs,
  answer: Answer,
  last: number,
  { github, now, wait }: Dependencies,
): Promise<StartedRun | undefined> {
  const end = now() + (answer === 'unclear' ? inputs.timeout / tries : inputs.timeout);
  while (true) {
    const found =
      typeof answer === 'string'
        ? await readNewestRun(github, inputs)
        : await readRun(github, inputs, answer.id);
    if (found !== undefined && found.id > last) return found;
    if (now() + pause > end) return undefined;
    await wait(pause);
  }
}

async function readRun(github: GitHub, { repository }: Inputs, id: number): Promise<StartedRun | undefined> {
  try {
    const { data } = await github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
      ...repository,
      run_id: id,
    });
    return { id: Number(data.id), url: data.html_url };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** The newest run that was started by hand or by a request. */
async function readNewestRun(
  github: GitHub,
  { repository, workflow }: Inputs,
): Promise<StartedRun | undefined> {
  const { data } = await github.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
    ...repository,
    workflow_id: workflow,
    event: 'workflow_dispatch',
    per_page: 1,
  });
  const [newest] = data.workflow_runs;
  return newest === undefined ? undefined : { id: Number(newest.id), url: newest.html_url };
}

async function readDefaultBranch(github: GitHub, { repository }: Inputs): Promise<string> {
  const { data } = await github.request('GET /repos/{owner}/{repo}', { ...repository });
  return data.default_branch;
}

function explain(error: unknown, { repository, workflow, inputs }: Inputs): unknown {
  if (statusOf(error) !== 422) return explainRefusal(error, repository, '`actions: write`');
  return new ActionError(
    `GitHub does not start ${workflow}: ${(error as Error).message}. It must have a workflow_dispatch trigger on that branch, and take ` +
      `the inputs that were given (${Object.keys(inputs).join(', ') || 'none'}).`,
    { cause: error },
  );
}
