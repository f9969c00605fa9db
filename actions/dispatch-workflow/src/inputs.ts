import { type Repository, readRepository } from '#lib/github/client.ts';
import { InputError } from '#lib/node/errors.ts';
import { assignments, integer, optionalText, secret, text } from '#lib/node/inputs.ts';

/** What a run is to do; validated. */
export interface Inputs {
  readonly token: string;
  readonly repository: Repository;
  /** File name. */
  readonly workflow: string;
  /** Undefined: the repository's default branch. */
  readonly ref: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  /** Milliseconds in which the run must appear. */
  readonly timeout: number;
  readonly apiUrl: string;
}

export function readInputs(environment: NodeJS.ProcessEnv = process.env): Inputs {
  const token = secret('token');
  const workflow = text('workflow');
  if (!/^[\w.-]+\.ya?ml$/.test(workflow)) {
    throw new InputError('workflow', 'must be the file name of a workflow, such as release.yml', workflow);
  }
  const inputs = assignments('inputs');
  // The bound is GitHub's, in its description of the API.
  if (Object.keys(inputs).length > 25) {
    throw new InputError('inputs', 'must be at most 25', String(Object.keys(inputs).length));
  }
  return {
    token,
    repository: readRepository('repository', text('repository')),
    workflow,
    ref: optionalText('ref'),
    inputs,
    timeout: integer('timeout', 10, 600) * 1000,
    apiUrl: environment.GITHUB_API_URL ?? 'https://api.github.com',
  };
}
