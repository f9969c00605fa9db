import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { type SignedFile, verifySignature } from '#lib/sources/signature.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

/** Makes an archive that is signed by a new key, which is committed under its fingerprint. */
async function signedFile(
  folder: string,
  lifetime: { readonly date?: Date; readonly keyExpirationTime?: number } = {},
): Promise<SignedFile & { readonly fingerprint: string }> {
  const keyFolder = join(folder, 'keys');
  await mkdir(keyFolder);
  const { privateKey, publicKey } = await openpgp.generateKey({
    userIDs: [{ name: 'Release Manager' }],
    format: 'object',
    ...lifetime,
  });
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  await writeFile(join(keyFolder, `${fingerprint}.asc`), publicKey.armor());
  const binary = Buffer.from('the source of PHP');
  const message = await openpgp.createMessage({ binary });
  const armored = await openpgp.sign({
    ...{ message, signingKeys: privateKey, detached: true },
    ...(lifetime.date !== undefined && { date: lifetime.date }),
  });
  const file = join(folder, 'php.tar');
  const signature = join(folder, 'php.tar.asc');
  await writeFile(file, binary);
  await writeFile(signature, armored);
  return { file, signature, keyFolders: [keyFolder], keys: [fingerprint], fingerprint };
}

test('accepts an archive that a pinned key signed, and returns the fingerprint', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  expect(await verifySignature(signed)).toBe(signed.fingerprint);
});

test('rejects other bytes with the same signature', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  await writeFile(signed.file, 'the source of something else');
  await expect(verifySignature(signed)).rejects.toThrow(
    /is not a valid signature of .* by one of the pinned keys [0-9A-F]{40}/,
  );
});

test('accepts a signature that was made before its key expired', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path, { date: new Date('2024-01-01'), keyExpirationTime: 3600 });
  expect(await verifySignature(signed)).toBe(signed.fingerprint);
});

test('rejects a signature of a key that is not pinned, and names the fingerprint to compare', async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const { keys, keyFolders } = await signedFile(other.path);
  await expect(verifySignature({ ...signed, keys, keyFolders })).rejects.toThrow(
    new RegExp(
      `\\(key ${signed.fingerprint}: .*Nothing was built.*add it to sources.json, and run .npm run upgrade.`,
    ),
  );
});

test('names a key that is not committed, and the command that adds it', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keys = ['A'.repeat(40)];
  await expect(verifySignature({ ...signed, keys })).rejects.toThrow(
    `gpg --armor --export ${keys[0]} > php/keys/${keys[0]}.asc`,
  );
});

test('rejects a key file that contains another key than its name', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const wrong = 'B'.repeat(40);
  const armored = await readFile(join(signed.keyFolders[0] ?? '', `${signed.fingerprint}.asc`));
  await writeFile(join(signed.keyFolders[0] ?? '', `${wrong}.asc`), armored);
  await expect(verifySignature({ ...signed, keys: [wrong] })).rejects.toThrow(
    `contains the key ${signed.fingerprint}. It must contain the key ${wrong}.`,
  );
});

test('does not need the keys that did not sign', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keys = ['A'.repeat(40), ...signed.keys];
  expect(await verifySignature({ ...signed, keys })).toBe(signed.fingerprint);
});

test('searches all key folders', async () => {
  await using folder = await temporaryFolder();
  await using empty = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keyFolders = [empty.path, ...signed.keyFolders];
  expect(await verifySignature({ ...signed, keyFolders })).toBe(signed.fingerprint);
});

test('rejects a file that is not a signature', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  await writeFile(signed.signature, 'signed, the release manager');
  await expect(verifySignature(signed)).rejects.toThrow('cannot be read as an armored OpenPGP signature');
});
