import { type Repository, readRepository } from '#lib/github/client.ts';
import { InputError } from '#lib/node/errors.ts';
import { flag, optionalText, secret, text } from '#lib/node/inputs.ts';

/** What a run is to do; validated. */
export interface Inputs {
  /** JSON, or patterns of files. */
  readonly versions: string;
  readonly token: string;
  readonly repository: Repository;
  /** Undefined: the repository's default branch. */
  readonly baseBranch: string | undefined;
  /** Path of the file in the repository. */
  readonly path: string;
  /** Branch that the pull request is made from; this action's own. */
  readonly branch: string;
  readonly title: string;
  /** URL of the release that the versions are of. */
  readonly release: string | undefined;
  /** Why a number may go down; undefined: it may not. */
  readonly allowLower: string | undefined;
  readonly isDryRun: boolean;
  readonly apiUrl: string;
}

export function readInputs(environment: NodeJS.ProcessEnv = process.env): Inputs {
  const token = secret('token');
  const baseBranch = optionalText('base-branch');
  const branch = branchName('branch', text('branch'));
  if (branch === baseBranch) {
    throw new InputError('branch', 'must be another branch than "base-branch"', branch);
  }
  return {
    versions: text('versions'),
    token,
    repository: readRepository('repository', text('repository')),
    baseBranch: baseBranch === undefined ? undefined : branchName('base-branch', baseBranch),
    path: readPath(),
    branch,
    title: text('title'),
    release: readRelease(),
    allowLower: optionalText('allow-lower'),
    isDryRun: flag('dry-run'),
    apiUrl: environment.GITHUB_API_URL ?? 'https://api.github.com',
  };
}

/** The rules of git-check-ref-format, as far as they stop mistakes; git's own answer decides. */
function branchName(input: string, value: string): string {
  if (!/^(?![/.-])[\w./-]+(?<![/.])$/.test(value) || value.includes('..') || value.startsWith('refs/')) {
    throw new InputError(input, 'must be the name of a branch, without refs/heads/', value);
  }
  return value;
}

function readPath(): string {
  const path = text('path');
  if (path.startsWith('/') || path.split('/').some((part) => ['', '.', '..'].includes(part))) {
    throw new InputError('path', 'must be a path within the repository', path);
  }
  return path;
}

function readRelease(): string | undefined {
  const release = optionalText('release');
  if (release !== undefined && !/^https?:\/\/\S+$/.test(release)) {
    throw new InputError('release', 'must be the URL of a release', release);
  }
  return release;
}
