import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { serve } from '../file-server.ts';
import { type Endpoint, endpoints } from './description.ts';
import { GitRepository } from './git-repository.ts';
import { gitRoutes } from './git-routes.ts';
import { pullRoutes } from './pull-routes.ts';
import { releaseRoutes } from './release-routes.ts';
import { type ApiResponse, notFound, type RepositoryState, type Route, type Workflow } from './state.ts';
import { workflowRoutes } from './workflow-routes.ts';

export interface RepositorySetUp {
  /** `owner/name`. */
  readonly name: string;
  readonly branch?: string;
  readonly files: Readonly<Record<string, string>>;
  /** Workflows by file name. */
  readonly workflows?: Readonly<Record<string, Workflow>>;
}

export interface GitHubSetUp {
  readonly repositories: readonly RepositorySetUp[];
  /** Tokens with the repositories that they reach, and whether they may write there. */
  readonly tokens: Readonly<
    Record<string, { readonly repositories: readonly string[]; readonly mayWrite: boolean }>
  >;
  /** Called before every request. Returns the fault that it meets, if any. */
  readonly fault?: (operation: string, count: number) => Fault | undefined;
  /** Called between the work of a request and its response, to change the state as another client would. */
  readonly beforeResponse?: (operation: string, server: GitHubServer) => void;
}

/**
 * A fault of a request.
 * - `reset`: the connection breaks before the work.
 * - `lost`: the connection breaks after the work, before the response.
 * - A response replaces the work.
 */
export type Fault =
  | 'reset'
  | 'lost'
  | (ApiResponse & { readonly headers?: Readonly<Record<string, string>> });

export interface GitHubServer {
  /** Address of the API. */
  readonly url: string;
  /** Operation ids of all requests, such as `git/create-ref`. */
  readonly calls: readonly string[];
  /** Requests and responses that differ from GitHub's description. Tests expect none. */
  readonly violations: readonly string[];
  repository(name: string): RepositoryState;
}

const routes: Readonly<Record<string, Route>> = {
  ...gitRoutes,
  ...pullRoutes,
  ...workflowRoutes,
  ...releaseRoutes,
};

/**
 * Serves GitHub's endpoints on loopback, with real git repositories. Checks every request and response against GitHub's
 * description of its API.
 */
export async function startGitHub(setUp: GitHubSetUp): Promise<GitHubServer & AsyncDisposable> {
  const folder = await temporaryFolder();
  const states = new Map(
    setUp.repositories.map((repository) => [repository.name, createState(folder.path, repository)]),
  );
  const calls: string[] = [];
  const violations: string[] = [];
  const listening = await serve((request, response) => {
    handle(request, response).catch((error: unknown) => {
      violations.push(`exception: ${String((error as Error).stack)}`);
      send(response, { status: 500, body: { message: String(error) } });
    });
  });
  const server: GitHubServer = {
    url: listening.url,
    calls,
    violations,
    repository: (name) => {
      const state = states.get(name);
      if (state === undefined) throw new Error(`The test did not set up repository ${name}.`);
      return state;
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', listening.url);
    const bytes = await buffer(request);
    const [endpoint, path] = findEndpoint(request.method ?? '', url.pathname);
    if (endpoint === undefined) violations.push(`unknown endpoint: ${request.method} ${url.pathname}`);
    const id = endpoint?.id ?? 'unknown';
    calls.push(id);
    const fault = setUp.fault?.(id, calls.filter((call) => call === id).length);
    if (fault === 'reset') return void request.socket.destroy();
    if (typeof fault === 'object') return send(response, fault, fault.headers);
    const result = respond(endpoint, request, path, url.searchParams, bytes);
    setUp.beforeResponse?.(id, server);
    if (fault === 'lost') return void request.socket.destroy();
    send(response, result);
  }

  function respond(
    endpoint: Endpoint | undefined,
    request: IncomingMessage,
    path: Readonly<Record<string, string>>,
    query: URLSearchParams,
    bytes: Buffer,
  ): ApiResponse {
    const body = parseJson(bytes);
    const route = endpoint === undefined ? undefined : routes[endpoint.id];
    if (endpoint === undefined || route === undefined) return notFound;
    const errors = endpoint.checkRequest(query, body);
    violations.push(...errors.map((text) => `${endpoint.id}: ${text}`));
    if (errors.length > 0) return { status: 422, body: { message: errors.join('; ') } };
    const token = setUp.tokens[(request.headers.authorization ?? '').replace(/^(token|bearer) /i, '')];
    if (token === undefined) return { status: 401, body: { message: 'Bad credentials' } };
    const name = `${path.owner}/${path.repo}`;
    const repository = states.get(name);
    if (repository === undefined || !token.repositories.includes(name)) return notFound;
    if (endpoint.method !== 'GET' && !token.mayWrite) {
      return { status: 403, body: { message: 'Resource not accessible by personal access token' } };
    }
    const response = route({ repository, path, query, body, bytes, origin: listening.url });
    if (response.status < 300 && response.bytes === undefined) {
      violations.push(
        ...endpoint
          .checkResponse(response.status, response.body)
          .map((text) => `response of ${endpoint.id}: ${text}`),
      );
    }
    return response;
  }

  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function createState(
  folder: string,
  { name, branch = 'main', files, workflows = {} }: RepositorySetUp,
): RepositoryState {
  return {
    name,
    git: GitRepository.create(join(folder, `${name.replace('/', '-')}.git`), branch, files),
    defaultBranch: branch,
    pullRequests: [],
    workflows: new Map(Object.entries(workflows)),
    runs: [],
    releases: [],
    assetContents: new Map(),
    nextId: 1,
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

function findEndpoint(
  method: string,
  pathname: string,
): readonly [Endpoint | undefined, Readonly<Record<string, string>>] {
  for (const endpoint of endpoints) {
    const path = endpoint.method === method ? endpoint.match(pathname) : undefined;
    if (path !== undefined) return [endpoint, path];
  }
  return [undefined, {}];
}

function send(
  response: ServerResponse,
  { status, body, bytes }: ApiResponse,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = bytes === undefined ? 'application/json; charset=utf-8' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(bytes ?? (body === undefined ? undefined : JSON.stringify(body)));
}
