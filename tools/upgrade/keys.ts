import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { ActionError } from '#lib/node/errors.ts';

/** A key that was written into the folder of keys. */
export interface FetchedKey {
  readonly fingerprint: string;
  readonly former: 'missing' | 'expired' | 'valid';
  /** The name that the key gives itself, for whoever reviews, and whether it is revoked. */
  readonly owner: string;
}

export interface FetchedKeys {
  readonly fetched: readonly FetchedKey[];
  /** Fingerprints that neither the folder nor the keyring has. */
  readonly missing: readonly string[];
}

/** All keys that upstream publishes. */
export type ReadKeyring = () => Promise<readonly openpgp.Key[]>;

/**
 * Takes from upstream's keyring the keys that are not in the folder yet, have expired there and were prolonged, or were
 * revoked since. Which keys count is decided by their fingerprints alone, 40 hexadecimal digits that sources.json pins:
 * they are computed from the key that came, and a revocation is signed by the key itself, so neither the keyring nor
 * whoever serves it is trusted.
 */
export async function fetchKeys(
  fingerprints: readonly string[],
  keyFolder: string,
  readKeyring: ReadKeyring,
): Promise<FetchedKeys> {
  const fetched: FetchedKey[] = [];
  const missing: string[] = [];
  for (const fingerprint of new Set(fingerprints)) {
    const path = join(keyFolder, `${fingerprint}.asc`);
    const present = await readPresent(path);
    const published = findKey(await readKeyring(), fingerprint);
    const news = await findNews(present, published);
    if (news !== undefined) {
      await mkdir(keyFolder, { recursive: true });
      await writeFile(path, news.key.armor().replaceAll('\r\n', '\n'));
      fetched.push({ fingerprint, former: news.former, owner: await describeOwner(news.key) });
    } else if (present === undefined) {
      missing.push(fingerprint);
    }
  }
  return { fetched, missing };
}

/** What is to be written in place of what is there, if anything is. */
async function findNews(
  present: openpgp.Key | undefined,
  published: openpgp.Key | undefined,
): Promise<{ readonly key: openpgp.Key; readonly former: FetchedKey['former'] } | undefined> {
  if (published === undefined) return undefined;
  // Its own signature says how long a key lasts: without one it is not whole.
  const lasts = await readExpiry(published);
  if (present === undefined) return lasts === 0 ? undefined : { key: published, former: 'missing' };
  const expires = await readExpiry(present);
  // What an expired key signed in its time still counts: one that nobody prolonged stays.
  if (expires <= Date.now() && lasts > expires) return { key: published, former: 'expired' };
  if (await present.isRevoked()) return undefined;
  const updated = await present.update(published);
  return (await updated.isRevoked()) ? { key: updated, former: 'valid' } : undefined;
}

/** The public key of a fingerprint. */
function findKey(keys: readonly openpgp.Key[], fingerprint: string): openpgp.Key | undefined {
  const key = keys.find((one) => one.getFingerprint().toUpperCase() === fingerprint);
  return key?.isPrivate() ? undefined : key;
}

async function describeOwner(key: openpgp.Key): Promise<string> {
  const name = key.getUserIDs()[0] ?? 'without a name';
  return (await key.isRevoked()) ? `revoked: ${name}` : name;
}

/** Reads a keyring, as gpg exports it: binary, or armored in one block or several. */
export async function readKeys(content: Buffer, url: string): Promise<readonly openpgp.Key[]> {
  const blocks =
    content.toString('latin1').match(/-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP [^\n]*-----/gs) ??
    [];
  try {
    if (blocks.length === 0) return await openpgp.readKeys({ binaryKeys: new Uint8Array(content) });
    return (await Promise.all(blocks.map((armoredKeys) => openpgp.readKeys({ armoredKeys })))).flat();
  } catch (cause) {
    throw new ActionError(`${url} cannot be read as a keyring of OpenPGP keys.`, { cause });
  }
}

/** Downloads a keyring when it is first asked for, and only then. */
export function openKeyring(
  url: string,
  folder: string,
  download: (url: string, path: string) => Promise<void>,
): ReadKeyring {
  let keys: Promise<readonly openpgp.Key[]> | undefined;
  return () => {
    keys ??= fetchKeyring(url, folder, download);
    return keys;
  };
}

async function fetchKeyring(
  url: string,
  folder: string,
  download: (url: string, path: string) => Promise<void>,
): Promise<readonly openpgp.Key[]> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'keyring.upgrade');
  try {
    await rm(path, { force: true });
    await download(url, path);
    return await readKeys(await readFile(path), url);
  } finally {
    await rm(path, { force: true });
  }
}

async function readPresent(path: string): Promise<openpgp.Key | undefined> {
  let armoredKey: string;
  try {
    armoredKey = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return await openpgp.readKey({ armoredKey });
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as an armored public key; delete it to have it fetched.`, {
      cause,
    });
  }
}

/** Milliseconds since 1970; Infinity for a key that never expires, 0 for one that is not valid at all. */
async function readExpiry(key: openpgp.Key): Promise<number> {
  const time = await key.getExpirationTime();
  return time === null ? 0 : Number(time);
}
