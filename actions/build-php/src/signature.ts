import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { ActionError, describeError } from '../../shared/errors.ts';

/** A detached OpenPGP signature of upstream's, and who may have made it. */
export interface Signature {
  /** The armored signature, a path relative to the folder of sources.json. */
  readonly file: string;
  /** Fingerprints of the keys that upstream announces for this release: 40 upper-case hexadecimal digits. */
  readonly keys: readonly string[];
}

/** A signed archive by the paths of its parts. */
export interface SignedFile {
  readonly file: string;
  readonly signature: string;
  readonly keys: readonly string[];
  /** The folder of `<fingerprint>.asc`: armored public keys, committed, so that no key server is trusted or needed. */
  readonly keyFolder: string;
}

/**
 * Checks who signed an archive: the fingerprint of the key. The hash that is pinned says that the bytes are those that
 * were pinned; this says that they were upstream's. Throws an ActionError where a key is not committed, is not the
 * one that its name says, or where none of the keys made the signature.
 */
export async function verifySignature({ file, signature, keys, keyFolder }: SignedFile): Promise<string> {
  const verificationKeys = await Promise.all(keys.map((fingerprint) => readKey(keyFolder, fingerprint)));
  const { signatures } = await openpgp.verify({
    message: await openpgp.createMessage({ binary: await readFile(file) }),
    signature: await readSignature(signature),
    verificationKeys,
  });
  const faults: string[] = [];
  for (const { keyID, verified } of signatures) {
    try {
      await verified;
      const signer = verificationKeys.find((key) => key.getKeys(keyID).length > 0);
      return signer?.getFingerprint().toUpperCase() ?? keyID.toHex();
    } catch (error) {
      faults.push(`key ${keyID.toHex().toUpperCase()}: ${describeError(error)}`);
    }
  }
  throw new ActionError(
    `${signature} is no good signature of ${file} by any of ${keys.join(', ')} (${faults.join('; ')}). ` +
      'Nothing was built. If upstream signs with another key now, verify its fingerprint and pin it in sources.json.',
  );
}

async function readSignature(path: string): Promise<openpgp.Signature> {
  try {
    return await openpgp.readSignature({ armoredSignature: await readFile(path, 'utf8') });
  } catch (cause) {
    throw new ActionError(`${path} cannot be read as an armored OpenPGP signature.`, { cause });
  }
}

async function readKey(folder: string, fingerprint: string): Promise<openpgp.Key> {
  const path = join(folder, `${fingerprint}.asc`);
  let key: openpgp.Key;
  try {
    key = await openpgp.readKey({ armoredKey: await readFile(path, 'utf8') });
  } catch (cause) {
    throw new ActionError(
      `${path} cannot be read as an armored public key. Export it (gpg --armor --export ${fingerprint}) after ` +
        'comparing the fingerprint with the one that upstream announces.',
      { cause },
    );
  }
  const found = key.getFingerprint().toUpperCase();
  if (found !== fingerprint) {
    throw new ActionError(`${path} holds the key ${found}; it must hold the one that its name says.`);
  }
  return key;
}
