import { ActionError } from '#lib/node/errors.ts';

/** Base URLs of the upstream projects. Tests pass URLs of local servers. */
export interface FeedUrls {
  readonly php: string;
  readonly sqlite: string;
  readonly pecl: string;
}

export const upstreamUrls: FeedUrls = {
  php: 'https://www.php.net',
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

/**
 * Fetches the text of a URL.
 *
 * @throws ActionError naming the URL
 */
export type FetchText = (url: string) => Promise<string>;

/**
 * Returns the newest release of a branch such as `8.3`. php.net's `releases/index.php?json&version=8&max=…` is an object
 * of releases by version. Each has a list `source` with `filename` and `sha256`. The URL of an archive plus `.asc` is its
 * signature.
 */
export async function findPhp(branch: string, baseUrl: string, fetchText: FetchText): Promise<Announcement> {
  const [major = ''] = branch.split('.');
  const url = `${baseUrl}/releases/index.php?json&max=100&version=${major}`;
  const releases = parseJson(await fetchText(url), url) as Readonly<
    Record<string, { readonly source?: readonly { readonly filename?: string; readonly sha256?: string }[] }>
  >;
  const version = newest(Object.keys(releases).filter((key) => key.startsWith(`${branch}.`)));
  const source = releases[version ?? '']?.source?.find(({ filename }) => filename?.endsWith('.tar.xz'));
  if (version === undefined || source?.filename === undefined || source.sha256 === undefined) {
    throw new ActionError(`${url} announces no release of PHP ${branch} with a .tar.xz and its SHA-256.`);
  }
  const archive = `${baseUrl}/distributions/${source.filename}`;
  return {
    version,
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

/** Returns a negative number if `a` is older. Both versions must consist of numbers and dots. */
export function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function newest(versions: readonly string[]): string | undefined {
  return versions
    .filter((version) => /^\d+(\.\d+)+$/.test(version))
    .sort(compareVersions)
    .at(-1);
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ActionError(`${url} did not return JSON.`, { cause });
  }
}
