import { ActionError } from '#lib/node/errors.ts';
import { isRecord } from '#lib/node/json.ts';
import type { FetchText } from './fetch-text.ts';
import { compareVersions } from './version-order.ts';
import type { KnownRelease } from './version-support.ts';

export const phpUrl = 'https://www.php.net';

/** A release as php.net announces it. */
export interface PhpRelease extends KnownRelease {
  readonly source: readonly { readonly filename?: string; readonly sha256?: string }[];
}

/**
 * Returns the releases of a branch such as `8.3`, oldest first. php.net's `releases/index.php?json&version=8&max=…` is an
 * object of releases by version. Each has a `date` (`24 Sep 2026`), a list `tags`, which contains `security` if the release
 * fixes security bugs, and a list `source` with `filename` and `sha256`. Source:
 * https://github.com/php/web-php/blob/master/public/releases/index.php.
 *
 * @throws ActionError naming the URL if it cannot be read, or lists no release of the branch
 */
export async function readPhpReleases(
  branch: string,
  baseUrl: string,
  fetchText: FetchText,
): Promise<readonly PhpRelease[]> {
  const [major = ''] = branch.split('.');
  const url = `${baseUrl}/releases/index.php?json&max=100&version=${major}`;
  const json = parseJson(await fetchText(url), url);
  const releases = Object.entries(isRecord(json) ? json : {})
    .filter(([version]) => version.startsWith(`${branch}.`) && /^\d+(\.\d+)+$/.test(version))
    .map(([version, release]) => toRelease(version, release, url));
  if (releases.length === 0) throw new ActionError(`${url} announces no release of PHP ${branch}.`);
  return releases.sort((a, b) => compareVersions(a.version, b.version));
}

function toRelease(version: string, value: unknown, url: string): PhpRelease {
  const { date, tags, source } = isRecord(value) ? value : {};
  // A release without tags would pass for one without security fixes.
  if (!Array.isArray(tags)) {
    throw new ActionError(`${url}: PHP ${version} has no list "tags"; got ${JSON.stringify(tags)}.`);
  }
  return {
    version,
    date: toDay(date, `${url}: PHP ${version}`),
    isSecurity: tags.includes('security'),
    source: Array.isArray(source) ? source : [],
  };
}

/** Converts `24 Sep 2026` to `2026-09-24`. */
function toDay(date: unknown, where: string): string {
  const time = typeof date === 'string' ? Date.parse(`${date} UTC`) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString().slice(0, 10);
  throw new ActionError(`${where} must have a date such as "24 Sep 2026"; got ${JSON.stringify(date)}.`);
}

/** Returns the releases after `version`, in the order of the list. Their archives are left out. */
export function listNewer(version: string, releases: readonly KnownRelease[]): readonly KnownRelease[] {
  return releases
    .filter((release) => compareVersions(release.version, version) > 0)
    .map(({ version: newer, date, isSecurity }) => ({ version: newer, date, isSecurity }));
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ActionError(`${url} did not return JSON.`, { cause });
  }
}
