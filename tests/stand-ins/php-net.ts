import { serve } from './file-server.ts';

/** A release of PHP, as php.net announces it. */
export interface AnnouncedRelease {
  readonly version: string;
  readonly date: string;
  readonly isSecurity: boolean;
}

/**
 * Starts a server that answers `releases/index.php?json&version=8&max=100` like php.net
 * (https://github.com/php/web-php/blob/master/public/releases/index.php): newest releases first, at most `max` (1 without
 * it), and an object with `error` for an unknown version. Without `json`, the real page is HTML, which no client here may
 * ask for.
 */
export async function startPhpNet(
  releases: readonly AnnouncedRelease[],
): Promise<AsyncDisposable & { readonly url: string; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = await serve((request, response) => {
    requests.push(request.url ?? '');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://php.net.invalid');
    const version = searchParams.get('version');
    if (request.method !== 'GET' || pathname !== '/releases/index.php' || !searchParams.has('json')) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Not Found</html>');
      return;
    }
    if (version === null || !searchParams.has('max')) {
      response.writeHead(500).end('This stand-in knows only requests with "version" and "max".');
      return;
    }
    const max = Number(searchParams.get('max'));
    const matching = releases.filter((release) => `${release.version}.`.startsWith(`${version}.`));
    const body = Object.fromEntries(
      matching.slice(0, max).map((release) => [release.version, toJson(release)]),
    );
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(matching.length === 0 ? { error: 'Unknown version' } : body));
  });
  return { url: server.url, requests, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function toJson({ version, date, isSecurity }: AnnouncedRelease): object {
  const source = ['tar.gz', 'tar.bz2', 'tar.xz'].map((format) => ({
    ...{ filename: `php-${version}.${format}`, name: `PHP ${version} (${format})` },
    ...{ sha256: 'a'.repeat(64), date },
  }));
  return { announcement: true, tags: isSecurity ? ['security'] : [], date, source };
}
