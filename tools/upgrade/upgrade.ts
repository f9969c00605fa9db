import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, describeError } from '#lib/node/errors.ts';
import {
  type Announcement,
  compareVersions,
  type FeedAddresses,
  type FetchText,
  findPecl,
  findPhp,
  findSqlite,
} from './feeds.ts';
import { fetchKeys, type ReadKeyring } from './keys.ts';
import { isWhole, type Pin, repin, signatureFiles } from './pin.ts';
import { verifyRelease } from './verify-release.ts';

export interface UpgradeOptions {
  readonly suite: string;
  readonly addresses: FeedAddresses;
  readonly fetchText: FetchText;
  readonly download: (url: string, path: string) => Promise<void>;
  /** The keys that php.net publishes; asked for only where a signer is pinned. */
  readonly readKeyring: ReadKeyring;
}

/** What became of one pin, or of a signer's key. */
export interface Outcome {
  /** Such as `php-83`. */
  readonly folder: string;
  readonly name: string;
  readonly from: string;
  /** The release that is pinned now; the name in a key. */
  readonly to: string;
  readonly isChanged: boolean;
  readonly fault?: string;
}

/**
 * Asks upstream for newer releases of what one version's folder pins, and rewrites its sources.json; before that, for
 * the keys of those who sign, as far as they are not there or were revoked.
 */
export async function upgradeFolder(folder: string, options: UpgradeOptions): Promise<readonly Outcome[]> {
  const path = join(options.suite, folder, 'sources.json');
  const { artifacts } = JSON.parse(await readFile(path, 'utf8')) as { readonly artifacts: readonly Pin[] };
  const keyOutcomes = await upgradeKeys(folder, artifacts, options);
  const results = [];
  for (const pin of artifacts) results.push(await upgradePin(folder, pin, options));
  if (results.some(({ outcome }) => outcome.isChanged)) {
    const pins = results.map(({ pin }) => pin);
    await writeFile(path, `${JSON.stringify({ artifacts: pins }, null, 2)}\n`);
    const named = new Set(signatureFiles(pins));
    const former = signatureFiles(artifacts).filter((file) => !named.has(file));
    for (const file of former) await rm(join(options.suite, folder, file), { force: true });
  }
  return [...results.map(({ outcome }) => outcome), ...keyOutcomes];
}

/** A key that cannot be had is a fault, and does not hold up the pins: another signer's may do. */
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
      ...fetched.map(({ fingerprint, former, owner }) => ({
        ...{ folder, name: `key ${fingerprint}`, from: former, to: owner, isChanged: true },
      })),
      ...missing.map((fingerprint) => ({
        ...unchanged,
        name: `key ${fingerprint}`,
        fault:
          "php.net's keyring does not have it. Compare the fingerprint with https://www.php.net/gpg-keys.php.",
      })),
    ];
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return [{ ...unchanged, name: 'keys', fault: describeError(error) }];
  }
}

/** A pin that cannot be upgraded stays as it is, and does not hold up the others. */
async function upgradePin(
  folder: string,
  pin: Pin,
  options: UpgradeOptions,
): Promise<{ readonly pin: Pin; readonly outcome: Outcome }> {
  const unchanged = { folder, name: pin.name, from: pin.version, to: pin.version, isChanged: false };
  try {
    const announced = await findAnnouncement(folder, pin, options);
    const order = announced === undefined ? -1 : compareVersions(announced.version, pin.version);
    if (announced === undefined || order < 0 || (order === 0 && isWhole(pin))) {
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
      throw new ActionError(`upstream's ${pin.version} is not the one that is pinned: ${release.sha256}.`);
    }
    return { pin: repin(pin, release), outcome: { ...unchanged, to: release.version, isChanged: true } };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { pin, outcome: { ...unchanged, fault: describeError(error) } };
  }
}

async function findAnnouncement(
  folder: string,
  { name, feed }: Pin,
  { addresses, fetchText }: UpgradeOptions,
): Promise<Announcement | undefined> {
  switch (feed) {
    case 'php':
      return await findPhp(folder.replace(/^php-(\d)(\d)$/, '$1.$2'), addresses.php, fetchText);
    case 'sqlite':
      return await findSqlite(addresses.sqlite, fetchText);
    case 'pecl':
      return await findPecl(name, addresses.pecl, fetchText);
    default:
      return undefined;
  }
}
