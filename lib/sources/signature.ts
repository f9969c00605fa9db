import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { ActionError, describeError } from '#lib/node/errors.ts';

/** A detached OpenPGP signature of upstream's, and who may have made it. */
export interface Signature {
  /**
   * The armored signature, a path relative to the folder of sources.json; undefined where it is not committed yet
   * (`npm run upgrade` does that).
   */
  readonly file: string | undefined;
  /** Fingerprints of the keys that upstream announces for this release: 40 upper-case hexadecimal digits. */
  readonly keys: readonly string[];
}

/** A signed archive by the paths of its parts. */
export interface SignedFile {
  readonly file: string;
  readonly signature: string;
  readonly keys: readonly string[];
  /** Where the armored public keys are, each as `<fingerprint>.asc`; the first that has one counts. No key server is asked. */
  readonly keyFolders: readonly string[];
}

/**
 * Checks who signed an archive: the fingerprint of the key. The hash that is pinned says that the bytes are those that
 * were pinned; this says that they were upstream's. Throws an ActionError where a key is not the one that its name says,
 * or where none of the keys that are committed made the signature.
 */
export async function verifySignature({ file, signature, keys, keyFolders }: SignedFile): Promise<string> {
  const found = await Promise.all(keys.map(async (key) => await readKey(keyFolders, key)));
  const verificationKeys = found.filter((key) => key !== undefined);
  const { signatures } = await openpgp.verify({
    message: await openpgp.createMessage({ binary: await readFile(file) }),
    signature: await readSignature(signature),
    verificationKeys,
  });
  const faults: string[] = [];
  for (const { keyID, verified, signature: parsed } of signatures) {
    try {
      await verified;
      const signer = verificationKeys.find((key) => key.getKeys(keyID).length > 0);
      return signer?.getFingerprint().toUpperCase() ?? keyID.toHex();
    } catch (error) {
      faults.push(`key ${nameIssuer(await parsed, keyID)}: ${describeError(error)}`);
    }
  }
  const missing = keys.filter((_key, index) => found[index] === undefined);
  throw new ActionError(
    `${signature} is no good signature of ${file} by any of ${keys.join(', ')} (${faults.join('; ')}). ` +
      `Nothing was built. ${missing.length > 0 ? askForKeys(missing) : askForOtherKey}`,
  );
}

const askForOtherKey =
  'If upstream signs with another key now, compare its fingerprint with the one that upstream announces and list it ' +
  'in sources.json; `npm run upgrade` then fetches the key.';

function askForKeys(missing: readonly string[]): string {
  return (
    `Not in keys/: ${missing.join(', ')}. \`npm run upgrade\` fetches them from php.net's keyring; by hand, compare the ` +
    `fingerprint with the one that upstream announces, then gpg --armor --export ${missing[0]} > keys/${missing[0]}.asc.`
  );
}

/** The fingerprint where the signature says it: that is what can be compared; a key ID is only its end. */
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

/** Undefined where no folder has it. */
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
    throw new ActionError(`${path} holds the key ${found}; it must hold the one that its name says.`);
  }
  return key;
}
