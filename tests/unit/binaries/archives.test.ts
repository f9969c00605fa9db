import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fetchArchives, UnreachableArchive } from '../../binaries/archives.ts';
import type { DebianPackage } from '../../binaries/pins.ts';
import { silentLogger } from '../../fixtures/silent-logger.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { serve } from '../../stand-ins/file-server.ts';

const path = 'pool/main/p/php/php.deb';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const archive: DebianPackage = {
  debian: 'php8.6-cli',
  version: '8.6.0',
  path,
  sha256: sha256('right bytes'),
};

/** A mirror that has only one file. */
function serveFile(content: string) {
  return serve((request, response) => {
    response.statusCode = request.url === `/debian/${path}` ? 200 : 404;
    response.end(content);
  });
}

test('an archive is fetched once, and its bytes are verified', async () => {
  await using folder = await temporaryFolder();
  let requests = 0;
  await using server = await serve((_, response) => {
    requests += 1;
    response.end('right bytes');
  });
  const places = { folder: folder.path, addresses: [`${server.url}/debian`] };
  const [fetched] = await fetchArchives([archive], silentLogger(), places);
  await fetchArchives([archive], silentLogger(), places);
  expect(await readFile(fetched?.file ?? '', 'utf8')).toBe('right bytes');
  expect(requests).toBe(1);
});

test('other bytes than the pinned ones are an error, and are not kept', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveFile('wrong bytes');
  await expect(
    fetchArchives([archive], silentLogger(), { folder: folder.path, addresses: [`${server.url}/debian`] }),
  ).rejects.toThrow(
    `The downloaded php8.6-cli 8.6.0 is not the pinned one: expected SHA-256 ${archive.sha256}, found ` +
      `${sha256('wrong bytes')}. It is not used. If the archive was really replaced, verify the new one and pin its hash.`,
  );
  expect(await readdir(folder.path)).toEqual([]);
});

test('an archive is fetched from the next mirror if the first one does not have it', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveFile('right bytes');
  const addresses = [`${server.url}/other`, `${server.url}/debian`];
  expect(await fetchArchives([archive], silentLogger(), { folder: folder.path, addresses })).toHaveLength(1);
});

test('an archive that no mirror has is unreachable, and the error names each address', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveFile('right bytes');
  const addresses = [`${server.url}/a`, `${server.url}/b`];
  const failure = fetchArchives([archive], silentLogger(), { folder: folder.path, addresses });
  await expect(failure).rejects.toBeInstanceOf(UnreachableArchive);
  await expect(failure).rejects.toThrow(
    /php8\.6-cli 8\.6\.0 cannot be downloaded\.[\s\S]*\/a\/pool[\s\S]*\/b\/pool/,
  );
});

test('runs that fetch the same archive at the same time do not disturb each other', async () => {
  await using folder = await temporaryFolder();
  await using server = await serveFile('right bytes');
  const places = { folder: folder.path, addresses: [`${server.url}/debian`] };
  const runs = Array.from({ length: 8 }, () => fetchArchives([archive], silentLogger(), places));
  expect(await Promise.all(runs)).toHaveLength(8);
  expect(await readdir(folder.path)).toEqual([archive.sha256]);
});
