import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { type SignedFile, verifySignature } from '#lib/sources/signature.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

/** An archive signed by a new key, which is committed under its fingerprint. The key may last for some seconds only. */
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

test('an archive that a pinned key signed is accepted, and the signer named', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  expect(await verifySignature(signed)).toBe(signed.fingerprint);
});

test('other bytes under the same signature are refused', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  await writeFile(signed.file, 'the source of something else');
  await expect(verifySignature(signed)).rejects.toThrow(/no good signature .* by any of [0-9A-F]{40}/);
});

test('what a key signed before it expired stays good', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path, { date: new Date('2024-01-01'), keyExpirationTime: 3600 });
  expect(await verifySignature(signed)).toBe(signed.fingerprint);
});

test('a signature of a key that is not pinned is refused, with the fingerprint to compare', async () => {
  await using folder = await temporaryFolder();
  await using other = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const { keys, keyFolders } = await signedFile(other.path);
  await expect(verifySignature({ ...signed, keys, keyFolders })).rejects.toThrow(
    new RegExp(
      `\\(key ${signed.fingerprint}: .*Nothing was built.*list it in sources.json; .npm run upgrade.`,
    ),
  );
});

test('a key that is not committed is named, with the way to get it', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keys = ['A'.repeat(40)];
  await expect(verifySignature({ ...signed, keys })).rejects.toThrow(`gpg --armor --export ${keys[0]}`);
});

test('a file that holds another key than its name says is refused', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const wrong = 'B'.repeat(40);
  const armored = await readFile(join(signed.keyFolders[0] ?? '', `${signed.fingerprint}.asc`));
  await writeFile(join(signed.keyFolders[0] ?? '', `${wrong}.asc`), armored);
  await expect(verifySignature({ ...signed, keys: [wrong] })).rejects.toThrow(
    `holds the key ${signed.fingerprint}`,
  );
});

test('a key that did not sign need not be committed', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keys = ['A'.repeat(40), ...signed.keys];
  expect(await verifySignature({ ...signed, keys })).toBe(signed.fingerprint);
});

test('keys are looked for in every folder that is named', async () => {
  await using folder = await temporaryFolder();
  await using empty = await temporaryFolder();
  const signed = await signedFile(folder.path);
  const keyFolders = [empty.path, ...signed.keyFolders];
  expect(await verifySignature({ ...signed, keyFolders })).toBe(signed.fingerprint);
});

test('what is no signature is refused', async () => {
  await using folder = await temporaryFolder();
  const signed = await signedFile(folder.path);
  await writeFile(signed.signature, 'signed, the release manager');
  await expect(verifySignature(signed)).rejects.toThrow('cannot be read as an armored OpenPGP signature');
});
