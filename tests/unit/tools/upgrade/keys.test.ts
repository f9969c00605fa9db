import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { download } from '#lib/sources/download.ts';
import { verifySignature } from '#lib/sources/signature.ts';
import { fetchKeys, openKeyring, readKeys } from '../../../../tools/upgrade/keys.ts';
import { serve } from '../../../helpers/file-server.ts';
import { silentLogger } from '../../../helpers/silent-logger.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

async function makeManager(name: string, lifetime: object = {}) {
  const userIDs = [{ name, email: `${name.toLowerCase()}@php.example` }];
  const { privateKey, publicKey } = await openpgp.generateKey({ userIDs, format: 'object', ...lifetime });
  return { privateKey, publicKey, fingerprint: publicKey.getFingerprint().toUpperCase() };
}

const ada = await makeManager('Ada');
const grace = await makeManager('Grace');
const joan = await makeManager('Joan');

/** A php.net with a keyring, and the folder of keys that are there already. */
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

/** The key itself, a name, the signature that binds the name. */
function firstPackets(key: openpgp.Key, count: number): Buffer {
  const packets = new openpgp.PacketList<openpgp.AnyPacket>();
  packets.push(...key.toPacketList().slice(0, count));
  return Buffer.from(packets.write());
}

test.each([
  ['binary', binary(ada.publicKey, grace.publicKey)],
  ['armored, one block a key', `${ada.publicKey.armor()}\n${grace.publicKey.armor()}`],
  [
    'armored, one block',
    openpgp.armor(openpgp.enums.armor.publicKey, binary(ada.publicKey, grace.publicKey)),
  ],
])('a missing key comes from a keyring that is %s, and no other with it', async (_form, content) => {
  await using folder = await temporaryFolder();
  const { fetched, missing } = await askKeyring(folder.path, [grace.fingerprint, grace.fingerprint], content);
  const owner = 'Grace <grace@php.example>';
  expect(fetched).toEqual([{ fingerprint: grace.fingerprint, former: 'missing', owner }]);
  expect(missing).toEqual([]);
  expect(await readdir(join(folder.path, 'keys'))).toEqual([`${grace.fingerprint}.asc`]);
  const key = await readCommitted(folder.path, grace.fingerprint);
  expect(key.getFingerprint().toUpperCase()).toBe(grace.fingerprint);
  expect(await readdir(join(folder.path, 'cache'))).toEqual([]);
});

test('only the whole fingerprint counts: a key with the same end is not taken', async () => {
  await using folder = await temporaryFolder();
  const wanted = 'B'.repeat(24) + ada.fingerprint.slice(-16);
  expect(await askKeyring(folder.path, [wanted], binary(ada.publicKey))).toEqual({
    fetched: [],
    missing: [wanted],
  });
});

test('a key whose own signature was cut off or broken is not taken', async () => {
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

test('a secret key that someone published is never written', async () => {
  await using folder = await temporaryFolder();
  const { missing } = await askKeyring(folder.path, [joan.fingerprint], joan.privateKey.write());
  expect(missing).toEqual([joan.fingerprint]);
});

test('a key that is there and good stays as it is', async () => {
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

/** A key that is committed, what it signed, and what upstream publishes after the manager revoked it. */
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

test('a key that its owner revoked is fetched, and nothing that it signed is taken any more', async () => {
  await using folder = await temporaryFolder();
  const { keyCompromised } = openpgp.enums.reasonForRevocation;
  const { fingerprint, revoked, verify } = await makeRevoked(folder.path, keyCompromised);
  expect(await verify()).toBe(fingerprint);
  const { fetched } = await askKeyring(folder.path, [fingerprint], binary(revoked));
  const owner = 'revoked: Mary <mary@php.example>';
  expect(fetched).toEqual([{ fingerprint, former: 'valid', owner }]);
  await expect(verify()).rejects.toThrow(
    new RegExp(
      `is no good signature of .*\\(key ${fingerprint}: Primary key is revoked\\).*Nothing was built`,
    ),
  );
  expect(await askKeyring(folder.path, [fingerprint], binary(revoked))).toEqual({ fetched: [], missing: [] });
});

test('what a key signed before it was retired stays good', async () => {
  await using folder = await temporaryFolder();
  const { keyRetired } = openpgp.enums.reasonForRevocation;
  const { fingerprint, revoked, verify } = await makeRevoked(folder.path, keyRetired);
  expect((await askKeyring(folder.path, [fingerprint], binary(revoked))).fetched).toHaveLength(1);
  expect(await verify()).toBe(fingerprint);
});

test('a revocation by somebody else is none', async () => {
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

test('a key that expired is replaced if it was prolonged, and stays if not', async () => {
  await using folder = await temporaryFolder();
  const date = new Date('2024-01-01');
  const { privateKey, publicKey, fingerprint } = await makeManager('Mary', { date, keyExpirationTime: 3600 });
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${fingerprint}.asc`), publicKey.armor());
  const nothing = { fetched: [], missing: [] };
  expect(await askKeyring(folder.path, [fingerprint], binary(publicKey))).toEqual(nothing);
  expect(await askKeyring(folder.path, [fingerprint], binary(ada.publicKey))).toEqual(nothing);

  const prolonged = await openpgp.reformatKey({
    ...{ privateKey, userIDs: publicKey.users.map(({ userID }) => ({ name: userID?.name ?? '' })) },
    ...{ keyExpirationTime: 0, format: 'object' },
  });
  const { fetched } = await askKeyring(folder.path, [fingerprint], binary(prolonged.publicKey));
  expect(fetched).toMatchObject([{ fingerprint, former: 'expired' }]);
  expect(await (await readCommitted(folder.path, fingerprint)).getExpirationTime()).toBe(Infinity);
});

test('what is no keyring is an error that names the address', async () => {
  await using folder = await temporaryFolder();
  await expect(askKeyring(folder.path, [ada.fingerprint], '<html>')).rejects.toThrow(
    /http.*php-keyring\.gpg cannot be read as a keyring/,
  );
  expect(await readdir(join(folder.path, 'cache'))).toEqual([]);
});

test('a committed key that is broken is an error that names the file and the remedy', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${ada.fingerprint}.asc`), 'broken');
  await expect(askKeyring(folder.path, [ada.fingerprint], binary(ada.publicKey))).rejects.toThrow(
    /\.asc cannot be read as an armored public key; delete it to have it fetched/,
  );
});

test('the committed keys are a keyring themselves', async () => {
  const suite = join(import.meta.dirname, '../../../../php/keys');
  const names = await readdir(suite);
  const content = await Promise.all(names.map((name) => readFile(join(suite, name))));
  const keys = await readKeys(Buffer.concat(content), 'keys');
  expect(keys.map((key) => `${key.getFingerprint().toUpperCase()}.asc`)).toEqual(names);
});
