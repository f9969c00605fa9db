import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { ActionError, describeError } from '#lib/node/errors.ts';

/** An upstream's detached OpenPGP signature, and the keys that may have made it. */
export interface Signature {
  /**
   * Path of the armored signature, relative to the folder of sources.json. Undefined if it is not committed yet
   * (`npm run upgrade` adds it).
   */
  readonly file: string | undefined;
  /** Fingerprints that upstream announces for this release, each 40 upper-case hexadecimal digits. */
  readonly keys: readonly string[];
}

/** Paths of a signed archive, its signature, and the keys. */
export interface SignedFile {
  readonly file: string;
  readonly signature: string;
  readonly keys: readonly string[];
  /** Folders of armored public keys, named `<fingerprint>.asc`. The first folder that has a key wins. */
  readonly keyFolders: readonly string[];
}

/**
 * Verifies an archive's signature and returns the fingerprint of the key that made it. A pinned hash only proves that the
 * bytes did not change. The signature proves that they are upstream's.
 *
 * @throws ActionError if none of the committed keys made the signature, or a key file contains another key than its name
 */
export async function verifySignature({ file, signature, keys, keyFolders }: SignedFile): Promise<string> {
  const found = await Promise.all(keys.map(async (key) => await readKey(keyFolders, key)));
  const verificationKeys = found.filter((key) => key !== undefined);
  const { signatures } = await openpgp.verify({
    message: await openpgp.createMessage({ binary: await readFile(file) }),
    signature: await readSignature(signature),
    verificationKeys,
  });
  const failures: string[] = [];
  for (const { keyID, verified, signature: parsed } of signatures) {
    try {
      await verified;
      const signer = verificationKeys.find((key) => key.getKeys(keyID).length > 0);
      return signer?.getFingerprint().toUpperCase() ?? keyID.toHex();
    } catch (error) {
      failures.push(`key ${nameIssuer(await parsed, keyID)}: ${describeError(error)}`);
    }
  }
  const missing = keys.filter((_key, index) => found[index] === undefined);
  throw new ActionError(
    `${signature} is not a valid signature of ${file} by one of the pinned keys ${keys.join(', ')} ` +
      `(${failures.join('; ')}). Nothing was built. ${missing.length > 0 ? adviseMissing(missing) : newKeyAdvice}`,
  );
}

const newKeyAdvice =
  'If upstream now signs with another key, compare its fingerprint with the announced one, add it to sources.json, ' +
  'and run `npm run upgrade`, which fetches the key.';

function adviseMissing(missing: readonly string[]): string {
  return (
    `php/keys does not contain ${missing.join(', ')}. Run \`npm run upgrade\`, which fetches missing keys from ` +
    "php.net's keyring. Or compare the fingerprint with the announced one and run " +
    `\`gpg --armor --export ${missing[0]} > php/keys/${missing[0]}.asc\`.`
  );
}

/** Returns the issuer's fingerprint if the signature contains it, otherwise the key ID, which is only its end. */
function nameIssuer({ packets: [packet] }: openpgp.Signature, keyID: openpgp.KeyID): string {
  const fingerprint = packet?.issuerFingerprint;
  return (fingerprint ? Buffer.from(fingerprint).toString('hex') : keyID.toHex()).toUpperCase();
}

async function readSignature(path: string): Promise<openpgp.Signature> {
  try {
    return await openpgp.readSignature({ armoredSignature: await readFile(path, 'utf8') });
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as an armored OpenPGP signature.`, { cause });
  }
}

/** Reads a key. Returns undefined if no folder has it. */
async function readKey(folders: readonly string[], fingerprint: string): Promise<openpgp.Key | undefined> {
  const path = folders.map((folder) => join(folder, `${fingerprint}.asc`)).find((name) => existsSync(name));
  if (path === undefined) return undefined;
  let key: openpgp.Key;
  try {
    key = await openpgp.readKey({ armoredKey: await readFile(path, 'utf8') });
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as an armored public key.`, { cause });
  }
  const found = key.getFingerprint().toUpperCase();
  if (found !== fingerprint) {
    throw new ActionError(`${path} contains the key ${found}. It must contain the key ${fingerprint}.`);
  }
  return key;
}
