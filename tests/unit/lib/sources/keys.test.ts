import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { expect, test } from 'vitest';
import { readSources } from '#lib/sources/sources.ts';

const suite = join(import.meta.dirname, '../../../..');
const folders = readdirSync(suite).filter((name) => /^php-\d\d$/.test(name));
const keyFiles = readdirSync(join(suite, 'php/keys'));

async function readSignatures(folder: string) {
  const artifacts = await readSources(join(suite, folder, 'sources.json'));
  const releases = artifacts.flatMap((artifact) => [artifact, ...artifact.substitutes]);
  return releases.flatMap(({ signature }) => signature ?? []);
}

test.each(keyFiles)('php/keys/%s is a public key with the fingerprint in its name', async (name) => {
  const armoredKey = await readFile(join(suite, 'php/keys', name), 'utf8');
  const key = await openpgp.readKey({ armoredKey });
  expect(key.isPrivate()).toBe(false);
  expect(`${key.getFingerprint().toUpperCase()}.asc`).toBe(name);
  // Each user ID must be signed by the key itself.
  expect((await key.verifyAllUsers()).map(({ valid }) => valid)).not.toContain(false);
});

test.each(folders)('%s has the keys of its committed signatures', async (folder) => {
  const signatures = await readSignatures(folder);
  expect(signatures).not.toEqual([]);
  for (const { file, keys } of signatures) {
    // `npm run upgrade` adds the signature together with missing keys.
    if (file === undefined) continue;
    expect(keys.filter((fingerprint) => !keyFiles.includes(`${fingerprint}.asc`))).toEqual([]);
    const armoredSignature = await readFile(join(suite, folder, file), 'utf8');
    const [packet] = (await openpgp.readSignature({ armoredSignature })).packets;
    expect(keys).toContain(
      Buffer.from(packet?.issuerFingerprint ?? [])
        .toString('hex')
        .toUpperCase(),
    );
  }
});
