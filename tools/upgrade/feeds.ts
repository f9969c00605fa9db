import { ActionError } from '#lib/node/errors.ts';
import { phpUrl, readPhpReleases } from '#lib/php-releases/feed.ts';
import type { FetchText } from '#lib/php-releases/fetch-text.ts';
import { compareVersions } from '#lib/php-releases/version-order.ts';

/** Base URLs of the upstream projects. Tests pass URLs of local servers. */
export interface FeedUrls {
  readonly php: string;
  readonly sqlite: string;
  readonly pecl: string;
}

export const upstreamUrls: FeedUrls = {
  php: phpUrl,
  sqlite: 'https://sqlite.org',
  pecl: 'https://pecl.php.net',
};

/** A release as upstream announces it. */
export interface Announcement {
  readonly version: string;
  readonly url: string;
  /** Hash of the archive. PECL announces none. */
  readonly hash?: { readonly algorithm: 'sha256' | 'sha3-256'; readonly hex: string };
  /** URL of a detached signature. */
  readonly signature?: string;
}

/** Returns the newest release of a branch such as `8.3`. The URL of an archive plus `.asc` is its signature. */
export async function findPhp(branch: string, baseUrl: string, fetchText: FetchText): Promise<Announcement> {
  const newest = (await readPhpReleases(branch, baseUrl, fetchText)).at(-1);
  const source = newest?.source.find(({ filename }) => filename?.endsWith('.tar.xz'));
  if (newest === undefined || source?.filename === undefined || source.sha256 === undefined) {
    throw new ActionError(
      `${baseUrl} announces PHP ${newest?.version ?? branch} without a .tar.xz and its SHA-256.`,
    );
  }
  const archive = `${baseUrl}/distributions/${source.filename}`;
  return {
    version: newest.version,
    url: archive,
    hash: { algorithm: 'sha256', hex: source.sha256 },
    signature: `${archive}.asc`,
  };
}

/**
 * Returns the newest SQLite release. sqlite.org's download page has a comment for scripts with lines of
 * `PRODUCT,version,path,size,SHA3-256`.
 */
export async function findSqlite(baseUrl: string, fetchText: FetchText): Promise<Announcement> {
  const url = `${baseUrl}/download.html`;
  const page = await fetchText(url);
  const lines = [
    ...page.matchAll(/^PRODUCT,([\d.]+),(\d{4}\/sqlite-autoconf-\d+\.tar\.gz),\d+,([0-9a-f]{64})\s*$/gm),
  ];
  const version = newest(lines.map(([, found = '']) => found));
  const [, , path = '', hex = ''] = lines.find(([, found]) => found === version) ?? [];
  if (version === undefined) throw new ActionError(`${url} announces no sqlite-autoconf archive.`);
  return { version, url: `${baseUrl}/${path}`, hash: { algorithm: 'sha3-256', hex } };
}

/** Returns the newest stable release in a PEAR channel's `rest/r/<package>/allreleases.xml`. */
export async function findPecl(name: string, baseUrl: string, fetchText: FetchText): Promise<Announcement> {
  const url = `${baseUrl}/rest/r/${name}/allreleases.xml`;
  const releases = [...(await fetchText(url)).matchAll(/<r>\s*<v>([^<]+)<\/v>\s*<s>stable<\/s>/g)].map(
    ([, found = '']) => found,
  );
  const version = newest(releases);
  if (version === undefined) throw new ActionError(`${url} announces no stable release of ${name}.`);
  return { version, url: `${baseUrl}/get/${name}-${version}.tgz` };
}

function newest(versions: readonly string[]): string | undefined {
  return versions
    .filter((version) => /^\d+(\.\d+)+$/.test(version))
    .sort(compareVersions)
    .at(-1);
}
