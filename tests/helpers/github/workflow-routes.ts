import { invalid, notFound, type RepositoryState, type Route, type WorkflowRun } from './state.ts';

/** GitHub's endpoints to start workflows and look at their runs. */
export const workflowRoutes: Readonly<Record<string, Route>> = {
  'actions/create-workflow-dispatch': ({
    repository,
    path: { workflow_id: workflow = '' },
    body,
    origin,
  }) => {
    const inputs = repository.workflows.get(workflow);
    if (inputs === undefined) return notFound;
    if (repository.git.resolve(body.ref) === undefined) return invalid(`No ref found for: ${body.ref}`);
    const stray = Object.keys(body.inputs ?? {}).filter((name) => !inputs.includes(name));
    if (stray.length > 0) return invalid(`Unexpected inputs provided: ${JSON.stringify(stray)}`);
    const run = { id: 1000 + repository.runs.length, workflow, ref: body.ref, inputs: body.inputs ?? {} };
    repository.runs.push(run);
    if (body.return_run_details !== true) return { status: 204 };
    const { id, html_url, url: run_url } = describeRun(repository, run, origin);
    return { status: 200, body: { workflow_run_id: id, run_url, html_url } };
  },
  'actions/list-workflow-runs': ({ repository, path: { workflow_id: workflow = '' }, origin }) => {
    if (!repository.workflows.has(workflow)) return notFound;
    const runs = repository.runs.filter((run) => run.workflow === workflow).toReversed();
    return {
      status: 200,
      body: {
        total_count: runs.length,
        workflow_runs: runs.map((run) => describeRun(repository, run, origin)),
      },
    };
  },
  'actions/get-workflow-run': ({ repository, path: { run_id: id = '' }, origin }) => {
    const run = repository.runs.find((candidate) => String(candidate.id) === id);
    return run === undefined ? notFound : { status: 200, body: describeRun(repository, run, origin) };
  },
};

function describeRun({ name }: RepositoryState, { id, workflow, ref }: WorkflowRun, origin: string) {
  return {
    id,
    head_branch: ref,
    path: `.github/workflows/${workflow}`,
    event: 'workflow_dispatch',
    status: 'queued',
    url: `${origin}/repos/${name}/actions/runs/${id}`,
    html_url: `${origin}/${name}/actions/runs/${id}`,
  };
}
