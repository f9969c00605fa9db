import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { ActionError } from '#lib/node/errors.ts';

/** A key that was written to the key folder. */
export interface FetchedKey {
  readonly fingerprint: string;
  /** State of the key in the folder before. */
  readonly previousState: 'missing' | 'expired' | 'valid';
  /** User ID in the key, for the review of the change. Begins with `revoked: ` if the key is revoked. */
  readonly owner: string;
}

export interface FetchedKeys {
  readonly fetched: readonly FetchedKey[];
  /** Fingerprints that are neither in the folder nor in the keyring. */
  readonly missing: readonly string[];
}

/** Returns all keys that upstream publishes. */
export type ReadKeyring = () => Promise<readonly openpgp.Key[]>;

/**
 * Copies keys from upstream's keyring to the folder: keys that are missing there, expired keys that were extended, and
 * keys that were revoked. Only keys whose full fingerprint is pinned in sources.json are copied. The fingerprint is
 * computed from the fetched key, and a revocation is signed by the key itself, so the keyring and its server need not be
 * trusted.
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
    const update = await findUpdate(present, published);
    if (update !== undefined) {
      await mkdir(keyFolder, { recursive: true });
      await writeFile(path, update.key.armor().replaceAll('\r\n', '\n'));
      const { key, previousState } = update;
      fetched.push({ fingerprint, previousState, owner: await describeOwner(key) });
    } else if (present === undefined) {
      missing.push(fingerprint);
    }
  }
  return { fetched, missing };
}

/** Returns the key to write, or undefined if the present key stays. */
async function findUpdate(
  present: openpgp.Key | undefined,
  published: openpgp.Key | undefined,
): Promise<{ readonly key: openpgp.Key; readonly previousState: FetchedKey['previousState'] } | undefined> {
  if (published === undefined) return undefined;
  const publishedExpiry = await readExpiry(published);
  if (present === undefined) {
    return publishedExpiry === 0 ? undefined : { key: published, previousState: 'missing' };
  }
  const presentExpiry = await readExpiry(present);
  // An expired key that was not extended stays, because signatures from before its expiry are still valid.
  if (presentExpiry <= Date.now() && publishedExpiry > presentExpiry) {
    return { key: published, previousState: 'expired' };
  }
  if (await present.isRevoked()) return undefined;
  const updated = await present.update(published);
  return (await updated.isRevoked()) ? { key: updated, previousState: 'valid' } : undefined;
}

/** Returns the public key with a fingerprint. Ignores private keys. */
function findKey(keys: readonly openpgp.Key[], fingerprint: string): openpgp.Key | undefined {
  const key = keys.find((one) => one.getFingerprint().toUpperCase() === fingerprint);
  return key?.isPrivate() ? undefined : key;
}

async function describeOwner(key: openpgp.Key): Promise<string> {
  const name = key.getUserIDs()[0] ?? 'no user ID';
  return (await key.isRevoked()) ? `revoked: ${name}` : name;
}

/** Reads a keyring in a format of gpg: binary, or armored in one or more blocks. */
export async function readKeys(content: Buffer, url: string): Promise<readonly openpgp.Key[]> {
  const blocks =
    content.toString('latin1').match(/-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP [^\n]*-----/gs) ??
    [];
  try {
    if (blocks.length === 0) return await openpgp.readKeys({ binaryKeys: new Uint8Array(content) });
    return (await Promise.all(blocks.map((armoredKeys) => openpgp.readKeys({ armoredKeys })))).flat();
  } catch (cause) {
    throw new ActionError(`${url} cannot be read as an OpenPGP keyring.`, { cause });
  }
}

/** Returns a function that downloads the keyring when it is first called. */
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
    throw new ActionError(
      `${path} cannot be read as an armored public key. Delete it and run \`npm run upgrade\` again.`,
      {
        cause,
      },
    );
  }
}

/**
 * Returns milliseconds since 1970, Infinity if the key never expires, or 0 if it is invalid (its self-signature, which
 * sets the expiry, is missing or wrong).
 */
async function readExpiry(key: openpgp.Key): Promise<number> {
  const time = await key.getExpirationTime();
  return time === null ? 0 : Number(time);
}
