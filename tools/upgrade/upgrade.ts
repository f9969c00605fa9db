import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, describeError } from '#lib/node/errors.ts';
import type { FetchText } from '#lib/php-releases/fetch-text.ts';
import { branchOf } from '#lib/php-releases/version-folders.ts';
import { compareVersions } from '#lib/php-releases/version-order.ts';
import { type Announcement, type FeedUrls, findPecl, findPhp, findSqlite } from './feeds.ts';
import { fetchKeys, type ReadKeyring } from './keys.ts';
import { isComplete, type Pin, repin, signatureFiles } from './pin.ts';
import { type Lag, recordReleases } from './record-releases.ts';
import { verifyRelease } from './verify-release.ts';

export interface UpgradeOptions {
  readonly suite: string;
  readonly feedUrls: FeedUrls;
  readonly fetchText: FetchText;
  readonly download: (url: string, path: string) => Promise<void>;
  /** Returns the keys that php.net publishes. Called only if a signer is pinned. */
  readonly readKeyring: ReadKeyring;
}

/** Result of the upgrade of a pin or of a signer's key. */
export interface Outcome {
  /** Such as `php-83`. */
  readonly folder: string;
  readonly name: string;
  readonly from: string;
  /** The release that is pinned now, or the user ID in a key. */
  readonly to: string;
  readonly isChanged: boolean;
  readonly error?: string;
}

export interface UpgradedFolder {
  readonly outcomes: readonly Outcome[];
  /** Undefined if the folder pins no PHP. */
  readonly lag: Lag | undefined;
}

/**
 * Updates the keys of the signers that a PHP version's folder pins, then looks for newer releases and rewrites the
 * folder's sources.json. Records the releases of PHP that are still newer in support.json.
 */
export async function upgradeFolder(folder: string, options: UpgradeOptions): Promise<UpgradedFolder> {
  const path = join(options.suite, folder, 'sources.json');
  const { artifacts } = JSON.parse(await readFile(path, 'utf8')) as { readonly artifacts: readonly Pin[] };
  const keyOutcomes = await upgradeKeys(folder, artifacts, options);
  const results = [];
  for (const pin of artifacts) results.push(await upgradePin(folder, pin, options));
  const pins = results.map(({ pin }) => pin);
  if (results.some(({ outcome }) => outcome.isChanged)) {
    await writeFile(path, `${JSON.stringify({ artifacts: pins }, null, 2)}\n`);
    const used = new Set(signatureFiles(pins));
    const unused = signatureFiles(artifacts).filter((file) => !used.has(file));
    for (const file of unused) await rm(join(options.suite, folder, file), { force: true });
  }
  const outcomes = [...results.map(({ outcome }) => outcome), ...keyOutcomes];
  const php = pins.find(({ feed }) => feed === 'php');
  if (php === undefined) return { outcomes, lag: undefined };
  const previousVersion = artifacts.find(({ feed }) => feed === 'php')?.version ?? php.version;
  const { lag, error } = await recordReleases(folder, { previousVersion, version: php.version }, options);
  if (error === undefined) return { outcomes, lag };
  const unchanged = { folder, name: 'support.json', from: '', to: '', isChanged: false };
  return { outcomes: [...outcomes, { ...unchanged, error }], lag };
}

/** Updates keys. A missing key does not stop the upgrade of pins, because another signer's key may be enough. */
async function upgradeKeys(
  folder: string,
  pins: readonly Pin[],
  { suite, readKeyring }: UpgradeOptions,
): Promise<readonly Outcome[]> {
  const fingerprints = pins.flatMap(({ signature }) => signature?.keys ?? []);
  const unchanged = { folder, from: '', to: '', isChanged: false };
  try {
    const { fetched, missing } = await fetchKeys(fingerprints, join(suite, 'php', 'keys'), readKeyring);
    return [
      ...fetched.map(({ fingerprint, previousState, owner }) => ({
        ...{ folder, name: `key ${fingerprint}`, from: previousState, to: owner, isChanged: true },
      })),
      ...missing.map((fingerprint) => ({
        ...unchanged,
        name: `key ${fingerprint}`,
        error:
          "php.net's keyring does not have it. Compare the fingerprint with https://www.php.net/gpg-keys.php.",
      })),
    ];
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return [{ ...unchanged, name: 'keys', error: describeError(error) }];
  }
}

/** Upgrades a pin. If that fails, the pin stays unchanged and the other pins are still upgraded. */
async function upgradePin(
  folder: string,
  pin: Pin,
  options: UpgradeOptions,
): Promise<{ readonly pin: Pin; readonly outcome: Outcome }> {
  const unchanged = { folder, name: pin.name, from: pin.version, to: pin.version, isChanged: false };
  try {
    const announced = await findAnnouncement(folder, pin, options);
    const order = announced === undefined ? -1 : compareVersions(announced.version, pin.version);
    if (announced === undefined || order < 0 || (order === 0 && isComplete(pin))) {
      return { pin, outcome: unchanged };
    }
    const release = await verifyRelease(announced, {
      ...options,
      sourceFolder: join(options.suite, '.cache/sources'),
      folder: join(options.suite, folder),
      keyFolder: join(options.suite, 'php', 'keys'),
      keys: pin.signature?.keys ?? [],
    });
    if (order === 0 && pin.sha256 !== undefined && release.sha256 !== pin.sha256) {
      throw new ActionError(
        `Upstream replaced the archive of ${pin.version}: its SHA-256 is ${release.sha256}, but ${pin.sha256} is pinned. ` +
          'If that was intended, pin the new hash.',
      );
    }
    return { pin: repin(pin, release), outcome: { ...unchanged, to: release.version, isChanged: true } };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { pin, outcome: { ...unchanged, error: describeError(error) } };
  }
}

async function findAnnouncement(
  folder: string,
  { name, feed }: Pin,
  { feedUrls, fetchText }: UpgradeOptions,
): Promise<Announcement | undefined> {
  switch (feed) {
    case 'php':
      return await findPhp(branchOf(folder), feedUrls.php, fetchText);
    case 'sqlite':
      return await findSqlite(feedUrls.sqlite, fetchText);
    case 'pecl':
      return await findPecl(name, feedUrls.pecl, fetchText);
    default:
      return undefined;
  }
}
