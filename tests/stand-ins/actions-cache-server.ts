import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { serve } from './file-server.ts';

interface Entry {
  readonly key: string;
  readonly version: string;
  readonly blocks: Map<string, Buffer>;
  content: Buffer;
  isFinal: boolean;
}

export interface CacheServer extends AsyncDisposable {
  /** Variables that a workflow runner sets for an action that uses this cache. */
  readonly environment: Readonly<Record<string, string>>;
  readonly entries: ReadonlyMap<string, { key: string; content: Buffer }>;
  /** Makes the server answer every further request with an error. */
  breakDown(): void;
}

/**
 * A stand-in for the cache service of GitHub Actions.
 *
 * @param protocol `v2`: Twirp calls of @actions/cache's generated client (github.actions.results.api.v1.CacheService), and
 * signed addresses for Azure's Put Blob, Put Block and Put Block List. `v1`: `_apis/artifactcache`, the API of older
 * servers, `act` and GitHub Enterprise
 */
export async function startCacheServer(protocol: 'v1' | 'v2'): Promise<CacheServer> {
  const entries = new Map<string, Entry>();
  let isBroken = false;
  const find = (key: string, version: string) =>
    [...entries.values()].find((entry) => entry.isFinal && entry.key === key && entry.version === version);
  const create = (key: string, version: string) => {
    const id = protocol === 'v1' ? String(entries.size + 1) : randomUUID();
    entries.set(id, { key, version, blocks: new Map(), content: Buffer.alloc(0), isFinal: false });
    return id;
  };
  const idOf = (entry: Entry) => [...entries].find(([, other]) => other === entry)?.[0];

  const server = await serve(async (request, response) => {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', server.url);
    const { status, headers, content } = isBroken
      ? json(403, { msg: 'this cache is broken' })
      : dispatch(request, url, body);
    response.writeHead(status, headers);
    response.end(content);
  });

  function dispatch(request: IncomingMessage, url: URL, body: Buffer): Answer {
    if (url.pathname.startsWith('/blob/')) return blob(request, url, body);
    if (url.pathname.startsWith('/twirp/')) return twirp(url, JSON.parse(body.toString()));
    return artifactCache(request, url, body);
  }

  function twirp(url: URL, request: Record<string, string>): Answer {
    const { key = '', version = '' } = request;
    const method = url.pathname.split('/').at(-1);
    if (method === 'CreateCacheEntry') {
      if (find(key, version)) return json(409, { msg: 'already exists' });
      return json(200, { ok: true, signed_upload_url: blobUrl(create(key, version)) });
    }
    if (method === 'FinalizeCacheEntryUpload') {
      const entry = [...entries.values()].find((other) => other.key === key && other.version === version);
      const isComplete = entry?.content.length === Number(request.size_bytes);
      if (entry !== undefined) entry.isFinal = isComplete;
      return json(200, { ok: isComplete, entry_id: '1' });
    }
    const entry = find(key, version);
    if (entry === undefined) return json(200, { ok: false });
    const signed_download_url = blobUrl(idOf(entry) ?? '');
    return json(200, { ok: true, signed_download_url, matched_key: key });
  }

  function blob(request: IncomingMessage, url: URL, body: Buffer): Answer {
    const entry = entries.get(url.pathname.split('/').at(-1) ?? '');
    if (entry === undefined) return json(404, {});
    if (request.method === 'PUT') {
      const part = url.searchParams.get('comp');
      if (part === 'block') {
        entry.blocks.set(url.searchParams.get('blockid') ?? '', body);
      } else if (part === 'blocklist') {
        const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted)>([^<]+)</g)].map(
          ([, id = '']) => id,
        );
        entry.content = Buffer.concat(ids.map((id) => entry.blocks.get(id) ?? Buffer.alloc(0)));
      } else {
        entry.content = body;
      }
      return { ...json(201, undefined), headers: { etag: '"1"' } };
    }
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const content =
      from === undefined ? entry.content : entry.content.subarray(Number(from), Number(to ?? Infinity) + 1);
    const headers = {
      'content-length': String(content.length),
      'content-range': `bytes ${from ?? 0}-${to ?? content.length - 1}/${entry.content.length}`,
    };
    return { status: from === undefined ? 200 : 206, headers, content };
  }

  function artifactCache(request: IncomingMessage, url: URL, body: Buffer): Answer {
    if (url.pathname.endsWith('/cache')) {
      const entry = find(url.searchParams.get('keys') ?? '', url.searchParams.get('version') ?? '');
      if (entry === undefined) return json(204, undefined);
      return json(200, { cacheKey: entry.key, archiveLocation: blobUrl(idOf(entry) ?? '') });
    }
    if (url.pathname.endsWith('/caches')) {
      const { key, version } = JSON.parse(body.toString()) as { key: string; version: string };
      return json(201, { cacheId: Number(create(key, version)) });
    }
    const entry = entries.get(url.pathname.split('/').at(-1) ?? '');
    if (entry === undefined) return json(404, {});
    if (request.method === 'PATCH') {
      const start = Number(/bytes (\d+)-/.exec(request.headers['content-range'] ?? '')?.[1]);
      entry.content = Buffer.concat([entry.content.subarray(0, start), body]);
    } else {
      entry.isFinal = true;
    }
    return json(204, undefined);
  }

  const blobUrl = (id: string) => `${server.url}/blob/${id}?sig=signed`;
  return {
    entries,
    breakDown: () => {
      isBroken = true;
    },
    environment: {
      ACTIONS_RUNTIME_TOKEN: 'token',
      ...(protocol === 'v2'
        ? { ACTIONS_CACHE_SERVICE_V2: '1', ACTIONS_RESULTS_URL: `${server.url}/` }
        : { ACTIONS_CACHE_URL: `${server.url}/` }),
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string | Buffer | undefined;
}

function json(status: number, body: object | undefined): Answer {
  const content = body === undefined ? undefined : JSON.stringify(body);
  return { status, headers: { 'content-type': 'application/json' }, content };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
