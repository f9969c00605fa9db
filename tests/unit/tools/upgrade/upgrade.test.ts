import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { ActionError } from '#lib/node/errors.ts';
import { readSources } from '#lib/sources/sources.ts';
import { upgradeFolder } from '../../../../tools/upgrade/upgrade.ts';
import { temporaryFolder } from '../../../helpers/temporary-folder.ts';

const archive = Buffer.from('PHP 8.3.10');
const formerSignature = 'php-8.3.9.tar.xz.asc';
const sha256 = createHash('sha256').update(archive).digest('hex');

/** A suite with php-83, upstreams that have PHP 8.3.10, and a release manager who signs. */
async function makeSuite(suite: string, pin: object = {}) {
  await mkdir(join(suite, 'php-83'));
  await mkdir(join(suite, 'php/keys'), { recursive: true });
  const manager = await openpgp.generateKey({ userIDs: [{ name: 'Release Manager' }], format: 'object' });
  const fingerprint = manager.publicKey.getFingerprint().toUpperCase();
  await writeFile(join(suite, 'php/keys', `${fingerprint}.asc`), manager.publicKey.armor());
  const php = {
    name: 'php',
    feed: 'php',
    version: '8.3.9',
    sha256: 'b'.repeat(64),
    urls: ['https://php.example/distributions/php-8.3.9.tar.xz'],
    signature: { keys: [fingerprint] },
    ...pin,
  };
  const own = { name: 'own', version: '1', sha256: 'c'.repeat(64), urls: ['https://own.example/own.tar'] };
  const path = join(suite, 'php-83/sources.json');
  await writeFile(path, JSON.stringify({ artifacts: [php, own] }));
  const message = await openpgp.createMessage({ binary: archive });
  const signature = await openpgp.sign({ message, signingKeys: manager.privateKey, detached: true });
  return { path, fingerprint, signature };
}

function options(suite: string, signature: unknown, announced = sha256, content: Buffer = archive) {
  const release = { source: [{ filename: 'php-8.3.10.tar.xz', sha256: announced }] };
  return {
    suite,
    addresses: { php: 'https://php.example', sqlite: '', pecl: '' },
    fetchText: async (url: string) =>
      url.endsWith('.asc') ? String(signature) : JSON.stringify({ '8.3.10': release }),
    download: async (_url: string, path: string) => writeFile(path, content),
    readKeyring: async (): Promise<readonly openpgp.Key[]> => [],
  };
}

test('a new release is pinned by its verified hash, with its signature; what has no feed stays', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const outcomes = await upgradeFolder('php-83', options(folder.path, signature));
  expect(outcomes).toEqual([
    { folder: 'php-83', name: 'php', from: '8.3.9', to: '8.3.10', isChanged: true },
    { folder: 'php-83', name: 'own', from: '1', to: '1', isChanged: false },
  ]);
  const [php, own] = await readSources(path);
  expect(php).toMatchObject({
    version: '8.3.10',
    sha256,
    urls: ['https://php.example/distributions/php-8.3.10.tar.xz'],
    signature: { file: 'signatures/php-8.3.10.tar.xz.asc', keys: [fingerprint] },
    substitutes: [],
  });
  expect(own?.version).toBe('1');
  expect(await readFile(join(folder.path, 'php-83/signatures/php-8.3.10.tar.xz.asc'), 'utf8')).toContain(
    'BEGIN PGP SIGNATURE',
  );
  expect(await readdir(join(folder.path, '.cache/sources'))).toEqual([sha256]);
  expect((await upgradeFolder('php-83', options(folder.path, signature)))[0]?.isChanged).toBe(false);
});

test('a release that Debian keeps goes on as a substitute', async () => {
  await using folder = await temporaryFolder();
  const debian = { suite: 'bookworm', source: 'php8.3', file: 'php8.3.orig.tar.xz' };
  const { path, signature } = await makeSuite(folder.path, { debian });
  await upgradeFolder('php-83', options(folder.path, signature));
  const [php] = await readSources(path);
  expect(php?.debian).toBeUndefined();
  expect(php?.substitutes).toMatchObject([{ version: '8.3.9', debian }]);
});

test.each([
  ['is deleted', undefined, []],
  [
    'stays where a substitute names it',
    { suite: 'bookworm', source: 'php8.3', file: 'php8.3.orig.tar.xz' },
    [formerSignature],
  ],
])('the signature of the former release %s', async (_what, debian, kept) => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path, { debian });
  const { artifacts } = JSON.parse(await readFile(path, 'utf8'));
  artifacts[0].signature.file = `signatures/${formerSignature}`;
  await writeFile(path, JSON.stringify({ artifacts }));
  await mkdir(join(folder.path, 'php-83/signatures'));
  await writeFile(join(folder.path, 'php-83/signatures', formerSignature), 'signature');
  await upgradeFolder('php-83', options(folder.path, 'forged'));
  expect(await readdir(join(folder.path, 'php-83/signatures'))).toEqual([formerSignature]);
  await upgradeFolder('php-83', options(folder.path, signature));
  expect((await readdir(join(folder.path, 'php-83/signatures'))).sort()).toEqual([
    'php-8.3.10.tar.xz.asc',
    ...kept,
  ]);
  expect((await readSources(path))[0]?.signature?.keys).toEqual([fingerprint]);
});

test('what has no hash yet gets one, and what has no signature', async () => {
  await using folder = await temporaryFolder();
  const { path, signature } = await makeSuite(folder.path, { version: '8.3.10', sha256: undefined });
  await expect(readSources(path)).rejects.toThrow('`npm run upgrade` fills it in');
  await upgradeFolder('php-83', options(folder.path, signature));
  expect((await readSources(path))[0]).toMatchObject({
    sha256,
    signature: { file: 'signatures/php-8.3.10.tar.xz.asc' },
  });
});

test('an older announcement never takes a pin back', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { version: '8.3.11' });
  const [outcome] = await upgradeFolder('php-83', options(folder.path, signature));
  expect(outcome).toMatchObject({ to: '8.3.11', isChanged: false });
});

test.each([
  [
    'bytes that are not what upstream announces',
    { announced: 'd'.repeat(64) },
    `sha256 ${'d'.repeat(64)} is announced, ${sha256} was found`,
  ],
  [
    'a signature of nobody we know',
    { signature: 'forged' },
    'cannot be read as an armored OpenPGP signature',
  ],
  ['a signature of other bytes', { content: Buffer.from('PHP 8.3.1O') }, 'is no good signature'],
])('%s: the pin stays, and nothing is kept', async (_fault, change, message) => {
  await using folder = await temporaryFolder();
  const made = await makeSuite(folder.path);
  const {
    signature,
    content = archive,
    announced,
  } = { ...made, announced: undefined, content: undefined, ...change };
  const hash = announced ?? createHash('sha256').update(content).digest('hex');
  const before = await readFile(made.path, 'utf8');
  const [outcome] = await upgradeFolder('php-83', options(folder.path, signature, hash, content));
  expect(outcome?.fault).toContain(message);
  expect(await readFile(made.path, 'utf8')).toBe(before);
  expect(await readdir(join(folder.path, '.cache/sources'))).toEqual([]);
});

test('a new signer whose fingerprint is pinned needs no other hand: the key comes from the keyring', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const keyFile = join(folder.path, 'php/keys', `${fingerprint}.asc`);
  const key = await openpgp.readKey({ armoredKey: await readFile(keyFile, 'utf8') });
  await rm(keyFile);
  const readKeyring = async () => [key];
  const [php, , ...keys] = await upgradeFolder('php-83', { ...options(folder.path, signature), readKeyring });
  expect(php).toMatchObject({ to: '8.3.10', isChanged: true });
  expect(keys).toEqual([
    {
      ...{ folder: 'php-83', name: `key ${fingerprint}`, from: 'missing', to: 'Release Manager' },
      isChanged: true,
    },
  ]);
  expect((await readSources(path))[0]?.version).toBe('8.3.10');
  expect(await readFile(keyFile, 'utf8')).toBe(key.armor().replaceAll('\r\n', '\n'));
});

test('a key that the keyring does not have either is named, with what to do', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { signature: { keys: ['E'.repeat(40)] } });
  const readKeyring = async () => [];
  const outcomes = await upgradeFolder('php-83', { ...options(folder.path, signature), readKeyring });
  expect(outcomes[0]?.fault).toContain(`gpg --armor --export ${'E'.repeat(40)} > keys/`);
  expect(outcomes.at(-1)).toMatchObject({
    name: `key ${'E'.repeat(40)}`,
    isChanged: false,
    fault: expect.stringContaining("php.net's keyring does not have it"),
  });
});

test('a keyring that cannot be had holds up no pin that can do without', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const { artifacts } = JSON.parse(await readFile(path, 'utf8'));
  artifacts[0].signature.keys.push('E'.repeat(40));
  await writeFile(path, JSON.stringify({ artifacts }));
  const readKeyring = async () => {
    throw new ActionError('php.net is down.');
  };
  const outcomes = await upgradeFolder('php-83', { ...options(folder.path, signature), readKeyring });
  expect(outcomes[0]).toMatchObject({ to: '8.3.10', isChanged: true });
  expect(outcomes.at(-1)).toMatchObject({ name: 'keys', fault: 'php.net is down.' });
  expect((await readSources(path))[0]?.signature?.keys).toEqual([fingerprint, 'E'.repeat(40)]);
});

test('other bytes under a version that is pinned already are a fault', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { version: '8.3.10' });
  const [outcome] = await upgradeFolder('php-83', options(folder.path, signature));
  expect(outcome?.fault).toContain("upstream's 8.3.10 is not the one that is pinned");
});
