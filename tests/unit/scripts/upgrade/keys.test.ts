import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { download } from '../../../../actions/build-php/src/sources/download.ts';
import { fetchKeys, openKeyring, readKeys } from '../../../../scripts/upgrade/keys.ts';
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
  const limits = { attempts: 1, stall: 1_000, total: 5_000, pause: 1 };
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

test('the keyring is not asked for where every key is there', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'keys'));
  await writeFile(join(folder.path, 'keys', `${ada.fingerprint}.asc`), ada.publicKey.armor());
  const keys = await fetchKeys([ada.fingerprint], join(folder.path, 'keys'), () => expect.unreachable());
  expect(keys).toEqual({ fetched: [], missing: [] });
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
  const suite = join(import.meta.dirname, '../../../../keys');
  const names = await readdir(suite);
  const content = await Promise.all(names.map((name) => readFile(join(suite, name))));
  const keys = await readKeys(Buffer.concat(content), 'keys');
  expect(keys.map((key) => `${key.getFingerprint().toUpperCase()}.asc`)).toEqual(names);
});
