import type { IncomingMessage } from 'node:http';
import { serve } from '../stand-ins/file-server.ts';

export interface TokenServer {
  /** Variables `ACTIONS_ID_TOKEN_REQUEST_*` of a workflow runner. */
  readonly environment: Readonly<Record<string, string>>;
  /** Audiences of all requested tokens. */
  readonly audiences: readonly string[];
}

/** Starts a stand-in for GitHub's OIDC server, for the requests of @actions/core. Its tokens have no valid signature. */
export async function startTokenServer(repository: string): Promise<TokenServer & AsyncDisposable> {
  const audiences: string[] = [];
  const bearer = 'request-token-of-the-rehearsal';
  const server = await serve((request, response) => {
    if (request.headers.authorization?.toLowerCase() !== `bearer ${bearer}`) {
      response.writeHead(401).end();
      return;
    }
    const audience = readAudience(request);
    audiences.push(audience);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ value: createToken(repository, audience) }));
  });
  return {
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    audiences,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function readAudience(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('audience') ?? '';
}

function createToken(repository: string, audience: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://token.actions.githubusercontent.com',
    aud: audience,
    sub: `repo:${repository}:environment:release`,
    iat: now,
    exp: now + 300,
  };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}
