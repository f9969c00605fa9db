import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { download } from '#lib/sources/download.ts';
import { verifySignature } from '#lib/sources/signature.ts';
import { fetchKeys, openKeyring, readKeys } from '../../../../tools/upgrade/keys.ts';
import { silentLogger } from '../../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';
import { serve } from '../../../stand-ins/file-server.ts';

async function makeManager(name: string, lifetime: object = {}) {
  const userIDs = [{ name, email: `${name.toLowerCase()}@php.example` }];
  const { privateKey, publicKey } = await openpgp.generateKey({ userIDs, format: 'object', ...lifetime });
  return { privateKey, publicKey, fingerprint: publicKey.getFingerprint().toUpperCase() };
}

const ada = await makeManager('Ada');
const grace = await makeManager('Grace');
const joan = await makeManager('Joan');

/** Fetches keys from a server with a keyring into the folder of keys. */
async function askKeyring(folder: string, fingerprints: readonly string[], content: Uint8Array | string) {
  await using server = await serve((_request, response) => response.end(content));
  const log = silentLogger();
  const limits = { attempts: 1, stallMs: 1_000, totalMs: 5_000, pauseMs: 1 };
  const readKeyring = openKeyring(`${server.url}/php-keyring.gpg`, join(folder, 'cache'), (url, path) =>
    download(url, path, log, limits),
  );
  return await fetchKeys(fingerprints, join(folder, 'keys'), readKeyring);
}

async function readCommitted(folder: string, fingerprint: string): Promise<openpgp.Key> {
  const path = join(folder, 'keys', `${fingerprint}.asc`);
  return await openpgp.readKey({ armoredKey: await readFile(path, 'utf8') });
}

const binary = (...keys: openpgp.Key[]) => Buffer.concat(keys.map((key) => key.write()));

/** Returns the first packets of a key: the key itself, a user ID, the signature of the user ID. */
function firstPackets(key: openpgp.Key, count: number): Buffer {
  const packets = new openpgp.PacketList<openpgp.AnyPacket>();
  packets.push(...key.toPacketList().slice(0, count));
  return Buffer.from(packets.write());
}

test.each([
  ['binary', binary(ada.publicKey, grace.publicKey)],
  ['armored, with one block per key', `${ada.publicKey.armor()}\n${grace.publicKey.armor()}`],
  [
    'armored, with one block',
    openpgp.armor(openpgp.enums.armor.publicKey, binary(ada.publicKey, grace.publicKey)),
  ],
])('fetches only the missing key from a keyring that is %s', async (_form, content) => {
  await using folder = await temporaryFolder();
  const { fetched, missing } = await askKeyring(folder.path, [grace.fingerprint, grace.fingerprint], content);
  const owner = 'Grace <grace@php.example>';
  expect(fetched).toEqual([{ fingerprint: grace.fingerprint, previousState: 'missing', owner }]);
  expect(missing).toEqual([]);
  expect(await readdir(join(folder.path, 'keys'))).toEqual([`${grace.fingerprint}.asc`]);
  const key = await readCommitted(folder.path, grace.fingerprint);
  expect(key.getFingerprint().toUpperCase()).toBe(grace.fingerprint);
  expect(await readdir(join(folder.path, 'cache'))).toEqual([]);
});

test('ignores a key whose fingerprint only ends like the pinned one', async () => {
  await using folder = await temporaryFolder();
  const wanted = 'B'.repeat(24) + ada.fingerprint.slice(-16);
  expect(await askKeyring(folder.path, [wanted], binary(ada.publicKey))).toEqual({
    fetched: [],
    missing: [wanted],
  });
});

test('ignores a key whose self-signature is missing or wrong', async () => {
  await using folder = await temporaryFolder();
  const bare = firstPackets(ada.publicKey, 1);
  const broken = firstPackets(grace.publicKey, 3);
  broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
  const fingerprints = [ada.fingerprint, grace.fingerprint];
  expect(await askKeyring(folder.path, fingerprints, Buffer.concat([bare, broken]))).toEqual({
    fetched: [],
    missing: fingerprints,
  });
});

test('never writes a private key', async () => {
  await using folder = await temporaryFolder();
  const { missing } = await askKeyring(folder.path, [joan.fingerprint], joan.privateKey.write());
  expect(missing).toEqual([joan.fingerprint]);
});

test('keeps a valid key unchanged', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'keys'));
  const path = join(folder.path, 'keys', `${ada.fingerprint}.asc`);
  await writeFile(path, ada.publicKey.armor());
  const again = await openpgp.reformatKey({
    ...{ privateKey: ada.privateKey, userIDs: [{ name: 'Another name' }], format: 'object' },
  });
  const nothing = { fetched: [], missing: [] };
  expect(await askKeyring(folder.path, [ada.fingerprint], binary(again.publicKey))).toEqual(nothing);
  expect(await askKeyring(folder.path, [ada.fingerprint], binary(grace.publicKey))).toEqual(nothing);
  expect(await readFile(path, 'utf8')).toBe(ada.publicKey.armor());
});

/** Creates a committed key, an archive that it signed, and the revoked key that upstream publishes later. */
async function makeRevoked(folder: string, reason: openpgp.enums.reasonForRevocation) {
  const mary = await makeManager('Mary', { date: new Date('2024-01-01') });
  await mkdir(join(folder, 'keys'));
  await writeFile(join(folder, 'keys', `${mary.fingerprint}.asc`), mary.publicKey.armor());
  const binary = Buffer.from('PHP 8.3.10');
  await writeFile(join(folder, 'php.tar'), binary);
  const signature = await openpgp.sign({
    ...{ message: await openpgp.createMessage({ binary }), signingKeys: mary.privateKey, detached: true },
    date: new Date('2024-06-01'),
  });
  await writeFile(join(folder, 'php.tar.asc'), String(signature));
  const { publicKey: revoked } = await openpgp.revokeKey({
    ...{ key: mary.privateKey, reasonForRevocation: { flag: reason }, format: 'object' },
  });
  const verify = () =>
    verifySignature({
      file: join(folder, 'php.tar'),
      signature: join(folder, 'php.tar.asc'),
      keys: [mary.fingerprint],
      keyFolders: [join(folder, 'keys')],
    });
  return { ...mary, revoked, verify };
}

test('fetches the revocation of a compromised key, and then rejects its signatures', async () => {
  await using folder = await temporaryFolder();
  const { keyCompromised } = openpgp.enums.reasonForRevocation;
  const { fingerprint, revoked, verify } = await makeRevoked(folder.path, keyCompromised);
  expect(await verify()).toBe(fingerprint);
  const { fetched } = await askKeyring(folder.path, [fingerprint], binary(revoked));
  const owner = 'revoked: Mary <mary@php.example>';
  expect(fetched).toEqual([{ fingerprint, previousState: 'valid', owner }]);
  await expect(verify()).rejects.toThrow(
    new RegExp(
      `is not a valid signature of .*\\(key ${fingerprint}: Primary key is revoked\\).*Nothing was built`,
    ),
  );
  expect(await askKeyring(folder.path, [fingerprint], binary(revoked))).toEqual({ fetched: [], missing: [] });
});

test('accepts a signature that was made before its key was retired', async () => {
  await using folder = await temporaryFolder();
  const { keyRetired } = openpgp.enums.reasonForRevocation;
  const { fingerprint, revoked, verify } = await makeRevoked(folder.path, keyRetired);
  expect((await askKeyring(folder.path, [fingerprint], binary(revoked))).fetched).toHaveLength(1);
  expect(await verify()).toBe(fingerprint);
});

test('ignores a revocation by another key', async () => {
  await using folder = await temporaryFolder();
  const { keyCompromised } = openpgp.enums.reasonForRevocation;
  const { fingerprint, publicKey, verify } = await makeRevoked(folder.path, keyCompromised);
  const other = await openpgp.revokeKey({ key: ada.privateKey, format: 'object' });
  const forged = new openpgp.PacketList<openpgp.AnyPacket>();
  forged.push(...publicKey.toPacketList());
  // A revocation follows the key itself.
  forged.splice(1, 0, ...other.publicKey.revocationSignatures);
  expect(await askKeyring(folder.path, [fingerprint], Buffer.from(forged.write()))).toEqual({
    fetched: [],
    missing: [],
  });
  expect(await verify()).toBe(fingerprint);
});

test('replaces an expired key only if it was extended', async () => {
  await using folder = await temporaryFolder();
  const date = new Date('2024-01-01');
  const { privateKey, publicKey, fingerprint } = await makeManager('Mary', { date, keyExpirationTime: 3600 });
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${fingerprint}.asc`), publicKey.armor());
  const nothing = { fetched: [], missing: [] };
  expect(await askKeyring(folder.path, [fingerprint], binary(publicKey))).toEqual(nothing);
  expect(await askKeyring(folder.path, [fingerprint], binary(ada.publicKey))).toEqual(nothing);

  const extended = await openpgp.reformatKey({
    ...{ privateKey, userIDs: publicKey.users.map(({ userID }) => ({ name: userID?.name ?? '' })) },
    ...{ keyExpirationTime: 0, format: 'object' },
  });
  const { fetched } = await askKeyring(folder.path, [fingerprint], binary(extended.publicKey));
  expect(fetched).toMatchObject([{ fingerprint, previousState: 'expired' }]);
  expect(await (await readCommitted(folder.path, fingerprint)).getExpirationTime()).toBe(Infinity);
});

test('rejects a file that is not a keyring and names the URL', async () => {
  await using folder = await temporaryFolder();
  await expect(askKeyring(folder.path, [ada.fingerprint], '<html>')).rejects.toThrow(
    /http.*php-keyring\.gpg cannot be read as an OpenPGP keyring/,
  );
  expect(await readdir(join(folder.path, 'cache'))).toEqual([]);
});

test('rejects a broken committed key with its file and the fix', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${ada.fingerprint}.asc`), 'broken');
  await expect(askKeyring(folder.path, [ada.fingerprint], binary(ada.publicKey))).rejects.toThrow(
    /\.asc cannot be read as an armored public key\. Delete it and run `npm run upgrade` again/,
  );
});

test('reads the committed keys as a keyring', async () => {
  const keyFolder = join(import.meta.dirname, '../../../../php/keys');
  const names = await readdir(keyFolder);
  const content = await Promise.all(names.map((name) => readFile(join(keyFolder, name))));
  const keys = await readKeys(Buffer.concat(content), 'keys');
  expect(keys.map((key) => `${key.getFingerprint().toUpperCase()}.asc`)).toEqual(names);
});
