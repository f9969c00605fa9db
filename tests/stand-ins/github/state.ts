import type { GitRepository } from './git-repository.ts';

/** A repository on the GitHub server: its git data, pull requests, workflow runs and releases. */
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
  /** Contents of release files by asset id. */
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

/** A response of the API. */
export interface ApiResponse {
  readonly status: number;
  readonly body?: unknown;
  /** A file, instead of JSON. */
  readonly bytes?: Buffer;
}

/** Handles one endpoint. */
export type Route = (call: {
  readonly repository: RepositoryState;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: the server validates it against GitHub's description first
  readonly body: any;
  /** The raw body. */
  readonly bytes: Buffer;
  /** Address of the server. */
  readonly origin: string;
}) => ApiResponse;

export const notFound: ApiResponse = { status: 404, body: { message: 'Not Found' } };

export function invalid(message: string, ...errors: readonly string[]): ApiResponse {
  return {
    status: 422,
    body: { message, ...(errors.length > 0 && { errors: errors.map((text) => ({ message: text })) }) },
  };
}
