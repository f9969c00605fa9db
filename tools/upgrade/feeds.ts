import { ActionError } from '#lib/node/errors.ts';

/** Where upstreams announce releases and keep them; tests have servers of their own. */
export interface FeedAddresses {
  readonly php: string;
  readonly sqlite: string;
  readonly pecl: string;
}

export const upstreams: FeedAddresses = {
  php: 'https://www.php.net',
  sqlite: 'https://sqlite.org',
  pecl: 'https://pecl.php.net',
};

/** A release as upstream announces it. */
export interface Announcement {
  readonly version: string;
  readonly url: string;
  /** What upstream says of the bytes; PECL says nothing. */
  readonly hash?: { readonly algorithm: 'sha256' | 'sha3-256'; readonly hex: string };
  /** The address of a detached signature. */
  readonly signature?: string;
}

/** Text of an address; throws an ActionError that names it. */
export type FetchText = (url: string) => Promise<string>;

/**
 * The newest release of a branch such as `8.3`. php.net answers `releases/index.php?json&version=8&max=…` with an object
 * of releases by version, each with a list `source` of `filename` and `sha256`; a signature lies beside each archive.
 */
export async function findPhp(branch: string, base: string, fetchText: FetchText): Promise<Announcement> {
  const [major = ''] = branch.split('.');
  const url = `${base}/releases/index.php?json&max=100&version=${major}`;
  const releases = parseJson(await fetchText(url), url) as Readonly<
    Record<string, { readonly source?: readonly { readonly filename?: string; readonly sha256?: string }[] }>
  >;
  const version = newest(Object.keys(releases).filter((key) => key.startsWith(`${branch}.`)));
  const source = releases[version ?? '']?.source?.find(({ filename }) => filename?.endsWith('.tar.xz'));
  if (version === undefined || source?.filename === undefined || source.sha256 === undefined) {
    throw new ActionError(`${url} announces no release of PHP ${branch} with a .tar.xz and its SHA-256.`);
  }
  const archive = `${base}/distributions/${source.filename}`;
  return {
    version,
    url: archive,
    hash: { algorithm: 'sha256', hex: source.sha256 },
    signature: `${archive}.asc`,
  };
}

/** sqlite.org's download page has, in a comment, lines of `PRODUCT,version,path,size,SHA3-256` for scripts to read. */
export async function findSqlite(base: string, fetchText: FetchText): Promise<Announcement> {
  const url = `${base}/download.html`;
  const page = await fetchText(url);
  const lines = [
    ...page.matchAll(/^PRODUCT,([\d.]+),(\d{4}\/sqlite-autoconf-\d+\.tar\.gz),\d+,([0-9a-f]{64})\s*$/gm),
  ];
  const version = newest(lines.map(([, found = '']) => found));
  const [, , path = '', hex = ''] = lines.find(([, found]) => found === version) ?? [];
  if (version === undefined) throw new ActionError(`${url} announces no sqlite-autoconf archive.`);
  return { version, url: `${base}/${path}`, hash: { algorithm: 'sha3-256', hex } };
}

/** The newest release that its authors call stable, of a PEAR channel's `rest/r/<package>/allreleases.xml`. */
export async function findPecl(name: string, base: string, fetchText: FetchText): Promise<Announcement> {
  const url = `${base}/rest/r/${name}/allreleases.xml`;
  const releases = [...(await fetchText(url)).matchAll(/<r>\s*<v>([^<]+)<\/v>\s*<s>stable<\/s>/g)].map(
    ([, found = '']) => found,
  );
  const version = newest(releases);
  if (version === undefined) throw new ActionError(`${url} announces no stable release of ${name}.`);
  return { version, url: `${base}/get/${name}-${version}.tgz` };
}

/** Below zero where `a` is the older; only versions of numbers and dots are compared. */
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
    throw new ActionError(`${url} did not answer with JSON.`, { cause });
  }
}
