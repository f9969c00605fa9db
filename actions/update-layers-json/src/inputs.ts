import { parseRepository, type Repository } from '#lib/github/client.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, optionalText, secret, text } from '#lib/node/inputs.ts';

/** Validated inputs of the action. */
export interface Inputs {
  /** JSON, or patterns of files. */
  readonly versions: string;
  readonly token: string;
  readonly repository: Repository;
  /** Undefined selects the repository's default branch. */
  readonly baseBranch: string | undefined;
  /** Path of the file in the repository. */
  readonly path: string;
  /** Branch of the pull request. Only this action writes to it. */
  readonly branch: string;
  readonly title: string;
  /** URL of the release that contains the layers. */
  readonly release: string | undefined;
  /** Reason why a layer version may be lower than before. Undefined forbids it. */
  readonly allowLower: string | undefined;
  readonly isDryRun: boolean;
  readonly apiUrl: string;
}

export function readInputs(environment: NodeJS.ProcessEnv = process.env): Inputs {
  // Read first, so that GitHub hides it in every later line of the log.
  const token = secret('token');
  const baseBranch = optionalText('base-branch');
  const branch = requireBranchName('branch', text('branch'));
  if (branch === baseBranch) {
    throw new InputError(`Input "branch" must differ from "base-branch"; got "${branch}" for both.`);
  }
  return {
    versions: text('versions'),
    token,
    repository: readRepository(),
    baseBranch: baseBranch === undefined ? undefined : requireBranchName('base-branch', baseBranch),
    path: readPath(),
    branch,
    title: text('title'),
    release: readRelease(),
    allowLower: optionalText('allow-lower'),
    isDryRun: flag('dry-run'),
    apiUrl: environment.GITHUB_API_URL ?? 'https://api.github.com',
  };
}

/** Checks the rules of git-check-ref-format that catch common mistakes. GitHub checks all of them. */
function requireBranchName(input: string, value: string): string {
  if (!/^(?![/.-])[\w./-]+(?<![/.])$/.test(value) || value.includes('..') || value.startsWith('refs/')) {
    throw new InputError(
      `Input "${input}" must be the name of a branch, without refs/heads/; got ${JSON.stringify(value)}.`,
    );
  }
  return value;
}

function readRepository(): Repository {
  const value = text('repository');
  const repository = parseRepository(value);
  if (repository === undefined) {
    throw new InputError(
      `Input "repository" must be owner/name of a repository; got ${JSON.stringify(value)}.`,
    );
  }
  return repository;
}

function readPath(): string {
  const path = text('path');
  if (path.startsWith('/') || path.split('/').some((part) => ['', '.', '..'].includes(part))) {
    throw new InputError(`Input "path" must be a path in the repository; got ${JSON.stringify(path)}.`);
  }
  return path;
}

function readRelease(): string | undefined {
  const release = optionalText('release');
  if (release !== undefined && !/^https?:\/\/\S+$/.test(release)) {
    throw new InputError(`Input "release" must be the URL of a release; got ${JSON.stringify(release)}.`);
  }
  return release;
}
