import type { GitRepository } from './git-repository.ts';

/** What a GitHub server knows of a repository beside its git data. */
export interface RepositoryState {
  /** `owner/name`. */
  readonly name: string;
  readonly git: GitRepository;
  readonly defaultBranch: string;
  readonly pullRequests: PullRequest[];
  /** Workflows by file name. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly runs: WorkflowRun[];
  readonly releases: Release[];
  /** By the file's number. */
  readonly assetContents: Map<number, Buffer>;
  nextId: number;
}

export interface PullRequest {
  readonly number: number;
  readonly head: string;
  readonly base: string;
  title: string;
  body: string;
  state: 'open' | 'closed';
  merged_at: string | null;
}

export interface Workflow {
  /** Names of the inputs that it accepts. */
  readonly inputs: readonly string[];
  /** Conclusion of its runs. */
  readonly conclusion?: 'success' | 'failure';
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflow: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Number of times that a client read the run. */
  reads: number;
}

export interface Release {
  readonly id: number;
  readonly tag: string;
  draft: boolean;
  assets: {
    readonly id: number;
    readonly name: string;
    readonly size: number;
    readonly digest: string;
    readonly state: string;
  }[];
}

/** An answer as GitHub gives it. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** In place of JSON: a file. */
  readonly bytes?: Buffer;
}

/** One endpoint's work; `origin` is the server's own address. */
export type Route = (call: {
  readonly repository: RepositoryState;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: validated by GitHub's description before it gets here
  readonly body: any;
  /** The body as it came. */
  readonly bytes: Buffer;
  readonly origin: string;
}) => Answer;

export const notFound: Answer = { status: 404, body: { message: 'Not Found' } };

export function invalid(message: string, ...errors: readonly string[]): Answer {
  return {
    status: 422,
    body: { message, ...(errors.length > 0 && { errors: errors.map((text) => ({ message: text })) }) },
  };
}
