import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, describeError } from '#lib/node/errors.ts';
import { listNewer, readPhpReleases } from '#lib/php-releases/feed.ts';
import type { FetchText } from '#lib/php-releases/fetch-text.ts';
import { listMissedFixes } from '#lib/php-releases/missed-fixes.ts';
import { branchOf } from '#lib/php-releases/version-folders.ts';
import { type KnownRelease, readVersionSupport, supportFile } from '#lib/php-releases/version-support.ts';
import type { FeedUrls } from './feeds.ts';

/** How far a pin of PHP is behind php.net. */
export interface Lag {
  /** Such as `php-83`. */
  readonly folder: string;
  /** The pinned release. */
  readonly version: string;
  readonly newerReleases: readonly KnownRelease[];
  /** Security releases that this run pinned, or skipped by pinning a newer one. */
  readonly pinnedFixes: readonly KnownRelease[];
  /** Security releases that the pin lacks. */
  readonly missedFixes: readonly KnownRelease[];
  /** Last day of security fixes. */
  readonly security: string;
}

interface RecordOptions {
  readonly suite: string;
  readonly feedUrls: FeedUrls;
  readonly fetchText: FetchText;
}

/** Pins of PHP before and after the upgrade. */
interface Pins {
  readonly previousVersion: string;
  readonly version: string;
}

/**
 * Writes the releases that are newer than the pin to support.json. If php.net cannot be read, the recorded releases count, so
 * that a known security release is still reported. The failed upgrade of the pin reports the cause.
 */
export async function recordReleases(
  folder: string,
  { previousVersion, version }: Pins,
  { suite, feedUrls, fetchText }: RecordOptions,
): Promise<{ readonly lag: Lag | undefined; readonly error?: string }> {
  try {
    const support = await readVersionSupport(join(suite, folder));
    const known =
      (await readNewer(folder, previousVersion, feedUrls.php, fetchText)) ?? support.newerReleases;
    const newerReleases = listNewer(version, known);
    if (JSON.stringify(newerReleases) !== JSON.stringify(support.newerReleases)) {
      const json = JSON.stringify({ ...support, newerReleases }, null, 2);
      await writeFile(join(suite, folder, supportFile), `${json}\n`);
    }
    const missedFixes = listMissedFixes(version, known);
    const pinnedFixes = listMissedFixes(previousVersion, known).filter((fix) => !missedFixes.includes(fix));
    return {
      lag: { folder, version, newerReleases, pinnedFixes, missedFixes, security: support.security },
    };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { lag: undefined, error: describeError(error) };
  }
}

/** Returns undefined if the feed cannot be read. */
async function readNewer(
  folder: string,
  version: string,
  baseUrl: string,
  fetchText: FetchText,
): Promise<readonly KnownRelease[] | undefined> {
  try {
    return listNewer(version, await readPhpReleases(branchOf(folder), baseUrl, fetchText));
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return undefined;
  }
}
