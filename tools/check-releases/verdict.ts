import { ActionError, describeError } from '#lib/node/errors.ts';
import { readPhpReleases } from '#lib/php-releases/feed.ts';
import type { FetchText } from '#lib/php-releases/fetch-text.ts';
import { formatReleases, listMissedFixes } from '#lib/php-releases/missed-fixes.ts';
import { isPreRelease } from '#lib/php-releases/version-order.ts';
import type { Candidate } from './candidates.ts';

/** Result for one candidate. */
export interface Verdict extends Candidate {
  /** Newest release of the branch; undefined if the feed cannot be read. */
  readonly newest: string | undefined;
  /** Reasons against publishing, as whole sentences. */
  readonly problems: readonly string[];
}

/** Compares a candidate with php.net. */
export async function judge(candidate: Candidate, baseUrl: string, fetchText: FetchText): Promise<Verdict> {
  const { version, source, fix } = candidate;
  const branch = version.split('.').slice(0, 2).join('.');
  const problems = isPreRelease(version)
    ? [`PHP ${version} (${source}) is a pre-release, and only releases are published. ${fix}`]
    : [];
  try {
    const releases = await readPhpReleases(branch, baseUrl, fetchText);
    const missed = listMissedFixes(version, releases);
    if (missed.length > 0) {
      problems.push(
        `PHP ${version} (${source}) is behind the security release ${formatReleases(missed)}. ${fix}`,
      );
    }
    return { ...candidate, newest: releases.at(-1)?.version, problems };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    problems.push(
      `It is unknown whether PHP ${version} (${source}) has all security fixes. Try again, or name a mirror of php.net with ` +
        `--php (the variable PHP_RELEASES_URL of the repository). The cause: ${describeError(error)}`,
    );
    return { ...candidate, newest: undefined, problems };
  }
}
