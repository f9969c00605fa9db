import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { ActionError } from '#lib/node/errors.ts';
import { readSources } from '#lib/sources/sources.ts';
import { type UpgradeOptions, upgradeFolder } from '../../../../tools/upgrade/upgrade.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const archive = Buffer.from('PHP 8.3.10');
const previousSignature = 'php-8.3.9.tar.xz.asc';
const sha256 = createHash('sha256').update(archive).digest('hex');

const support = {
  ...{ released: '2023-11-23', active: '2025-12-31', security: '2027-12-31' },
  newerReleases: [{ version: '8.3.10', date: '2026-11-19', isSecurity: true }],
};

/** Creates a suite with php-83 and a committed key, and a signature of PHP 8.3.10 by that key. */
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
  await writeFile(join(suite, 'php-83/support.json'), JSON.stringify(support));
  const path = join(suite, 'php-83/sources.json');
  await writeFile(path, JSON.stringify({ artifacts: [php, own] }));
  const message = await openpgp.createMessage({ binary: archive });
  const signature = await openpgp.sign({ message, signingKeys: manager.privateKey, detached: true });
  return { path, fingerprint, signature };
}

async function upgrade(suiteOptions: UpgradeOptions) {
  const { outcomes } = await upgradeFolder('php-83', suiteOptions);
  return outcomes;
}

function options(suite: string, signature: unknown, announced = sha256, content: Buffer = archive) {
  const source = [{ filename: 'php-8.3.10.tar.xz', sha256: announced }];
  const release = { date: '19 Nov 2026', tags: ['security'], source };
  return {
    suite,
    feedUrls: { php: 'https://php.example', sqlite: '', pecl: '' },
    fetchText: async (url: string) =>
      url.endsWith('.asc') ? String(signature) : JSON.stringify({ '8.3.10': release }),
    download: async (_url: string, path: string) => writeFile(path, content),
    readKeyring: async (): Promise<readonly openpgp.Key[]> => [],
  };
}

test('pins a new release with its verified hash and signature, and keeps an artifact without a feed', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const outcomes = await upgrade(options(folder.path, signature));
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
  expect((await upgrade(options(folder.path, signature)))[0]?.isChanged).toBe(false);
});

test('keeps the previous release as a substitute if Debian has it', async () => {
  await using folder = await temporaryFolder();
  const debian = { suite: 'bookworm', source: 'php8.3', file: 'php8.3.orig.tar.xz' };
  const { path, signature } = await makeSuite(folder.path, { debian });
  await upgrade(options(folder.path, signature));
  const [php] = await readSources(path);
  expect(php?.debian).toBeUndefined();
  expect(php?.substitutes).toMatchObject([{ version: '8.3.9', debian }]);
});

test.each([
  ['deletes the previous signature', undefined, []],
  [
    'keeps the previous signature if a substitute names it',
    { suite: 'bookworm', source: 'php8.3', file: 'php8.3.orig.tar.xz' },
    [previousSignature],
  ],
])('%s', async (_case, debian, kept) => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path, { debian });
  const { artifacts } = JSON.parse(await readFile(path, 'utf8'));
  artifacts[0].signature.file = `signatures/${previousSignature}`;
  await writeFile(path, JSON.stringify({ artifacts }));
  await mkdir(join(folder.path, 'php-83/signatures'));
  await writeFile(join(folder.path, 'php-83/signatures', previousSignature), 'signature');
  await upgrade(options(folder.path, 'forged'));
  expect(await readdir(join(folder.path, 'php-83/signatures'))).toEqual([previousSignature]);
  await upgrade(options(folder.path, signature));
  expect((await readdir(join(folder.path, 'php-83/signatures'))).sort()).toEqual([
    'php-8.3.10.tar.xz.asc',
    ...kept,
  ]);
  expect((await readSources(path))[0]?.signature?.keys).toEqual([fingerprint]);
});

test('adds a missing hash and a missing signature', async () => {
  await using folder = await temporaryFolder();
  const { path, signature } = await makeSuite(folder.path, { version: '8.3.10', sha256: undefined });
  await expect(readSources(path)).rejects.toThrow('Run `npm run upgrade`, which adds it.');
  await upgrade(options(folder.path, signature));
  expect((await readSources(path))[0]).toMatchObject({
    sha256,
    signature: { file: 'signatures/php-8.3.10.tar.xz.asc' },
  });
});

test('does not downgrade a pin', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { version: '8.3.11' });
  const [outcome] = await upgrade(options(folder.path, signature));
  expect(outcome).toMatchObject({ to: '8.3.11', isChanged: false });
});

test.each([
  [
    'bytes that do not match the announced hash',
    { announced: 'd'.repeat(64) },
    `expected sha256 ${'d'.repeat(64)}, found ${sha256}`,
  ],
  [
    'a file that is not a signature',
    { signature: 'forged' },
    'cannot be read as an armored OpenPGP signature',
  ],
  ['a signature of other bytes', { content: Buffer.from('PHP 8.3.1O') }, 'is not a valid signature'],
])('keeps the pin and removes the download after %s', async (_case, change, message) => {
  await using folder = await temporaryFolder();
  const made = await makeSuite(folder.path);
  const {
    signature,
    content = archive,
    announced,
  } = { ...made, announced: undefined, content: undefined, ...change };
  const hash = announced ?? createHash('sha256').update(content).digest('hex');
  const before = await readFile(made.path, 'utf8');
  const [outcome] = await upgrade(options(folder.path, signature, hash, content));
  expect(outcome?.error).toContain(message);
  expect(await readFile(made.path, 'utf8')).toBe(before);
  expect(await readdir(join(folder.path, '.cache/sources'))).toEqual([]);
});

test('fetches the key of a new signer from the keyring if its fingerprint is pinned', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const keyFile = join(folder.path, 'php/keys', `${fingerprint}.asc`);
  const key = await openpgp.readKey({ armoredKey: await readFile(keyFile, 'utf8') });
  await rm(keyFile);
  const readKeyring = async () => [key];
  const [php, , ...keys] = await upgrade({ ...options(folder.path, signature), readKeyring });
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

test('names a key that the keyring does not have, with the fix', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { signature: { keys: ['E'.repeat(40)] } });
  const readKeyring = async () => [];
  const outcomes = await upgrade({ ...options(folder.path, signature), readKeyring });
  expect(outcomes[0]?.error).toContain(`gpg --armor --export ${'E'.repeat(40)} > php/keys/`);
  expect(outcomes.at(-1)).toMatchObject({
    name: `key ${'E'.repeat(40)}`,
    isChanged: false,
    error: expect.stringContaining("php.net's keyring does not have it"),
  });
});

test('upgrades a pin without the keyring if a committed key made the signature', async () => {
  await using folder = await temporaryFolder();
  const { path, fingerprint, signature } = await makeSuite(folder.path);
  const { artifacts } = JSON.parse(await readFile(path, 'utf8'));
  artifacts[0].signature.keys.push('E'.repeat(40));
  await writeFile(path, JSON.stringify({ artifacts }));
  const readKeyring = async () => {
    throw new ActionError('php.net is down.');
  };
  const outcomes = await upgrade({ ...options(folder.path, signature), readKeyring });
  expect(outcomes[0]).toMatchObject({ to: '8.3.10', isChanged: true });
  expect(outcomes.at(-1)).toMatchObject({ name: 'keys', error: 'php.net is down.' });
  expect((await readSources(path))[0]?.signature?.keys).toEqual([fingerprint, 'E'.repeat(40)]);
});

test('reports that upstream replaced the archive of the pinned version', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path, { version: '8.3.10' });
  const [outcome] = await upgrade(options(folder.path, signature));
  expect(outcome?.error).toContain('Upstream replaced the archive of 8.3.10');
});

async function readSupport(suite: string) {
  return JSON.parse(await readFile(join(suite, 'php-83/support.json'), 'utf8'));
}

test('reports a security release that it pins, and removes it from the recorded releases', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path);
  const { lag } = await upgradeFolder('php-83', options(folder.path, signature));
  expect(lag).toEqual({
    ...{ folder: 'php-83', version: '8.3.10', security: '2027-12-31', newerReleases: [], missedFixes: [] },
    pinnedFixes: support.newerReleases,
  });
  expect(await readSupport(folder.path)).toEqual({ ...support, newerReleases: [] });
});

test('records a security release that it cannot verify, and reports that the pin lacks it', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path);
  await writeFile(
    join(folder.path, 'php-83/support.json'),
    JSON.stringify({ ...support, newerReleases: [] }),
  );
  const { lag } = await upgradeFolder('php-83', options(folder.path, signature, 'd'.repeat(64)));
  expect(lag).toMatchObject({ version: '8.3.9', missedFixes: support.newerReleases, pinnedFixes: [] });
  expect(await readSupport(folder.path)).toEqual(support);
});

test('reports the recorded security release if php.net cannot be read', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path);
  const { lag } = await upgradeFolder('php-83', {
    ...options(folder.path, signature),
    fetchText: async () => {
      throw new ActionError('php.net is down.');
    },
  });
  expect(lag).toMatchObject({ version: '8.3.9', missedFixes: support.newerReleases });
  expect(await readSupport(folder.path)).toEqual(support);
});

test('reports missing support dates, and still pins the release', async () => {
  await using folder = await temporaryFolder();
  const { signature } = await makeSuite(folder.path);
  await rm(join(folder.path, 'php-83/support.json'));
  const { outcomes, lag } = await upgradeFolder('php-83', options(folder.path, signature));
  expect(outcomes[0]).toMatchObject({ to: '8.3.10', isChanged: true });
  expect(outcomes.at(-1)?.error).toContain('php-83/support.json is missing.');
  expect(lag).toBeUndefined();
});

test('replaces a pre-release by the release', async () => {
  await using folder = await temporaryFolder();
  const { path, signature } = await makeSuite(folder.path, { version: '8.3.10RC2' });
  const [outcome] = await upgrade(options(folder.path, signature));
  expect(outcome).toMatchObject({ from: '8.3.10RC2', to: '8.3.10', isChanged: true });
  expect((await readSources(path))[0]?.version).toBe('8.3.10');
});
