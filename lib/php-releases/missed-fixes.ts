import { compareVersions } from './version-order.ts';
import type { KnownRelease } from './version-support.ts';

/** Returns the security releases after `version`, in the order of the list. */
export function listMissedFixes(version: string, releases: readonly KnownRelease[]): readonly KnownRelease[] {
  return releases.filter((release) => release.isSecurity && compareVersions(release.version, version) > 0);
}

/** Formats releases as `8.2.35 (2026-10-22), 8.2.36 (2026-11-19)`. */
export function formatReleases(releases: readonly KnownRelease[]): string {
  return releases.map(({ version, date }) => `${version} (${date})`).join(', ');
}
