import { invalid, notFound, type RepositoryState, type Route, type WorkflowRun } from './state.ts';

/** GitHub's endpoints that start workflows and read their runs. The second read of a run finds it completed. */
export const workflowRoutes: Readonly<Record<string, Route>> = {
  'actions/create-workflow-dispatch': ({
    repository,
    path: { workflow_id: workflow = '' },
    body,
    origin,
  }) => {
    const file = repository.workflows.get(workflow);
    if (file === undefined) return notFound;
    if (repository.git.resolve(body.ref) === undefined) return invalid(`No ref found for: ${body.ref}`);
    const unknown = Object.keys(body.inputs ?? {}).filter((name) => !file.inputs.includes(name));
    if (unknown.length > 0) return invalid(`Unexpected inputs provided: ${JSON.stringify(unknown)}`);
    const id = 1000 + repository.runs.length;
    const run = { id, workflow, ref: body.ref, inputs: body.inputs ?? {}, reads: 0 };
    repository.runs.push(run);
    if (body.return_run_details !== true) return { status: 204 };
    const { html_url, url: run_url } = describeRun(repository, run, origin);
    return { status: 200, body: { workflow_run_id: id, run_url, html_url } };
  },
  'actions/get-workflow-run': ({ repository, path: { run_id: id = '' }, origin }) => {
    const run = repository.runs.find((candidate) => String(candidate.id) === id);
    if (run === undefined) return notFound;
    run.reads++;
    return { status: 200, body: describeRun(repository, run, origin) };
  },
};

function describeRun({ name, workflows }: RepositoryState, run: WorkflowRun, origin: string) {
  const { id, workflow, ref, reads } = run;
  const isCompleted = reads > 1;
  return {
    id,
    head_branch: ref,
    path: `.github/workflows/${workflow}`,
    event: 'workflow_dispatch',
    status: isCompleted ? 'completed' : 'queued',
    conclusion: isCompleted ? (workflows.get(workflow)?.conclusion ?? 'success') : null,
    url: `${origin}/repos/${name}/actions/runs/${id}`,
    html_url: `${origin}/${name}/actions/runs/${id}`,
  };
}
